"""Every file of pydicom's two collections, decoded by us and by pydicom with the codecs of pylibjpeg."""

from pathlib import Path

import numpy
import pydicom.data
import pytest
from examples import answer
from pydicom import dcmread
from pydicom.pixels import pixel_array
from pydicom.uid import (
    HTJ2K,
    ImplicitVRLittleEndian,
    JPEG2000,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSNearLossless,
)

LOSSY = {JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000, HTJ2K}


def collections():
    import data_store

    wheel = Path(pydicom.data.__file__).parent
    for folder in (wheel / "test_files", wheel / "charset_files", Path(data_store.__file__).parent / "data"):
        yield from sorted(path for path in folder.rglob("*") if path.suffix.lower() in ("", ".dcm") and path.is_file())


# What pydicom cannot decode, and we can.
ONLY_OURS = {
    "badVR.dcm": "an integer string that is none",
    "JPEG-lossy.dcm": "a scan header that ends at coefficient 0; DCMTK decodes it, and is compared in Rust",
}
# What nobody decodes, and what becomes of it with us.
NEITHER = {
    "JPEG2000-embedded-sequence-delimiter.dcm": "imaging.pixel-data-invalid",
    "MR_truncated.dcm": "imaging.truncated",
    "emri_small_jpeg_2k_lossless_too_short.dcm": "imaging.truncated",
}

FILES = {path.name: path for path in collections()}


def ours(path, folder):
    """What our decoder says, and the samples of all frames as one array of numbers; None where it refuses."""
    out = folder / "samples"
    said = answer("decode", path, out)
    if "error" in said:
        return said, None
    kind = "f" if said["float"] else "i" if said["signed"] else "u"
    return said, numpy.fromfile(out, dtype=f"<{kind}{said['bits'] // 8}")


def theirs(path):
    """The data set and pydicom's samples; None where pydicom has none."""
    try:
        image = dcmread(path, force=True)
        image.file_meta.setdefault("TransferSyntaxUID", ImplicitVRLittleEndian)
        if not {"PixelData", "FloatPixelData", "DoubleFloatPixelData"} & {e.keyword for e in image}:
            return image, None
        return image, pixel_array(image)
    except Exception as error:  # Whatever it is, there is nothing to compare with.
        return None, error


def compare(image, left, right):
    """Asserts equality, or nearness where a codec may round."""
    left, right = left.astype("float64").ravel(), right.astype("float64").ravel()
    assert left.size == right.size
    if image.get("PixelRepresentation") == 1 and image.BitsStored < image.BitsAllocated:
        # Uncompressed samples come as stored; pydicom makes the bits above those stored repeat the sign.
        turn, half = 2.0**image.BitsStored, 2.0 ** (image.BitsStored - 1)
        left, right = ((samples + half) % turn - half for samples in (left, right))
    far = numpy.abs(left - right)
    converted = "YBR" in image.PhotometricInterpretation
    lossy = image.file_meta.TransferSyntaxUID in LOSSY
    if converted and (lossy or image.file_meta.TransferSyntaxUID.is_encapsulated is False):
        assert far.mean() <= 1 and numpy.percentile(far, 99.9) <= 6, (far.mean(), far.max())
    elif lossy:
        assert far.max() <= 2, far.max()
    else:
        same = (left == right) | (numpy.isnan(left) & numpy.isnan(right))
        assert same.all(), f"{(~same).sum()} of {same.size} differ by up to {far.max()}"


@pytest.mark.parametrize("name", FILES)
def test_pixels_are_those_of_pydicom(name, tmp_path):
    said, samples = ours(FILES[name], tmp_path)
    image, expected = theirs(FILES[name])
    print(said, type(expected), expected if isinstance(expected, Exception) else "")
    if isinstance(expected, numpy.ndarray):
        assert samples is not None, said
        compare(image, samples, expected)
    elif name in ONLY_OURS:
        assert samples is not None, said
    else:
        assert samples is None, f"decoded to {said}, though pydicom said {expected!r}"
        assert name not in NEITHER or said["error"] == NEITHER[name]


@pytest.mark.parametrize("name", [name for name, path in FILES.items() if path.stat().st_size < 2_000_000])
def test_a_file_cut_at_every_thousandth_byte_is_refused_or_decoded(name):
    ended = answer("decode", "--cut", FILES[name])
    assert sum(ended.values()) == -(-FILES[name].stat().st_size // 1000)
