"""Makes the DICOM files that the browser tests drop on the page: originals of pydicom's, with new UIDs and the patient
named on the command line. Called by files.mjs: dicom.py FOLDER NAME BIRTHDAY SEX"""

import sys
import zipfile
from io import BytesIO
from pathlib import Path

import numpy
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

SLICES = 20


def named(image, name, birthday, sex, charset):
    image.SpecificCharacterSet = charset
    image.PatientName = name
    image.PatientID = "T-1"
    image.PatientBirthDate = birthday
    image.PatientSex = sex
    image.SOPInstanceUID = generate_uid()
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID


def bytes_of(image):
    out = BytesIO()
    image.save_as(out, enforce_file_format=True)
    return out.getvalue()


def ct(who):
    """A series of one real slice, each a little brighter at its own row, so that scrolling is to be seen."""
    study, series, frame = generate_uid(), generate_uid(), generate_uid()
    for number in range(1, SLICES + 1):
        image = dcmread(get_testdata_file("CT_small.dcm"))
        named(image, *who, "GB18030")
        image.StudyInstanceUID, image.SeriesInstanceUID, image.FrameOfReferenceUID = study, series, frame
        image.StudyDescription, image.SeriesDescription = "胸部CT平扫", "肺窗 1.0"
        image.SeriesNumber, image.InstanceNumber = 1, number
        image.ImagePositionPatient = [-158.135803, -179.035797, -75.699997 + 5 * number]
        image.SliceLocation = image.ImagePositionPatient[2]
        pixels = image.pixel_array.copy()
        pixels[number * 5 : number * 5 + 3] += numpy.int16(600)
        image.PixelData = pixels.tobytes()
        yield f"CT/IM{number:04}.dcm", bytes_of(image)


def ecg(who):
    image = dcmread(get_testdata_file("waveform_ecg.dcm"))
    named(image, *who, "ISO_IR 192")
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.StudyDescription = "十二导联心电图"
    return bytes_of(image)


def main(folder, *who):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    slices = list(ct(who))
    with zipfile.ZipFile(folder / "chest-ct.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in slices:
            archive.writestr(name, content)
    (folder / "slice.dcm").write_bytes(slices[0][1])
    mistyped = dcmread(BytesIO(slices[1][1]))
    mistyped.PatientBirthDate = "19000101"
    (folder / "slice-mistyped.dcm").write_bytes(bytes_of(mistyped))
    (folder / "slice-cut.dcm").write_bytes(slices[1][1][:20_000])
    (folder / "ecg.dcm").write_bytes(ecg(who))
    (folder / "letter.txt").write_text("这不是影像。", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
