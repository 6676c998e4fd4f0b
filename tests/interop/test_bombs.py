"""A file of a few megabytes that holds a very large image, asked for by many at once."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import serving
from files import ct
from pydicom.encaps import encapsulate
from pydicom.uid import RLELossless
from test_dicomweb import BIRTH_DATE, NAME, SEX, resident_id

SIDE = 8192
ASKING = 16
# One image takes 128 MiB when it is decoded, sixteen two gigabytes and as much again while they are drawn.
MOST_MIB = 2000


def bomb():
    """Zeros as run lengths (PS3.5 annex G): 128 of them in two bytes, one segment for each byte of a pixel."""
    segment = b"\x81\x00" * (SIDE * SIDE // 128)
    offsets = [2, 64, 64 + len(segment), *[0] * 13]
    frame = b"".join(number.to_bytes(4, "little") for number in offsets) + segment * 2
    image = ct(NAME, resident_id(), BIRTH_DATE, SEX)
    image.Rows = image.Columns = SIDE
    image.file_meta.TransferSyntaxUID = RLELossless
    image.PixelData = encapsulate([frame])
    image["PixelData"].is_undefined_length = True
    return image


def resident_mib(process):
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.fixture
def own(tmp_path):
    with serving(tmp_path, CONSULT__DEMO__STUDIES="false") as running:
        yield running


def test_large_images_are_decoded_only_as_many_at_once_as_there_is_room_for(own):
    image = bomb()
    own.dicomweb("village").store_instances([image])
    session = own.sign_in("village")
    path = f"{own.address}/dicom-web/studies/{image.StudyInstanceUID}/series/{image.SeriesInstanceUID}/instances/{image.SOPInstanceUID}"
    peak, over = 0, threading.Event()

    def watch():
        nonlocal peak
        while not over.is_set():
            peak = max(peak, resident_mib(own.process))
            time.sleep(0.02)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        with ThreadPoolExecutor(ASKING) as pool:
            ask = lambda _: session.get(f"{path}/rendered?viewport=256,256", headers={"Accept": "image/jpeg"}, timeout=300)
            statuses = {answer.status_code for answer in pool.map(ask, range(ASKING))}
    finally:
        over.set()
        watching.join()
    assert statuses == {200}
    assert peak < MOST_MIB, f"{peak} MiB"
    assert session.get(f"{own.address}/api/v1/session", timeout=30).status_code == 200
