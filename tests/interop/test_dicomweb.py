"""DICOMweb as dicomweb-client speaks it: STOW-RS, QIDO-RS, WADO-RS."""

import numpy
import pytest
import requests
from files import bytes_of, ct, same_pixels
from pydicom.dataset import Dataset

# 张小东 of the demo: his identity number is the PatientID that a device without numbers of its own would send.
NAME, BIRTH_DATE, SEX = "张小东", "19680412", "M"


def resident_id():
    digits, weights = "13053419680412231", (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return digits + "10X98765432"[sum(int(d) * w for d, w in zip(digits, weights)) % 11]


@pytest.fixture(scope="module")
def stored(product):
    """One CT of the demo's 张小东, stored by STOW-RS as the village doctor."""
    image = ct(NAME, resident_id(), BIRTH_DATE, SEX)
    answer = product.dicomweb("village").store_instances([image])
    assert len(answer.ReferencedSOPSequence) == 1
    return image


def test_a_study_is_found_by_the_chinese_name_as_prefix(product, stored):
    found = product.dicomweb("village").search_for_studies(search_filters={"PatientName": "张*"})
    uids = [Dataset.from_json(study).StudyInstanceUID for study in found]
    assert stored.StudyInstanceUID in uids


def test_the_three_levels_of_search_lead_to_the_instance(product, stored):
    client = product.dicomweb("village")
    study = [Dataset.from_json(s) for s in client.search_for_studies(search_filters={"StudyInstanceUID": stored.StudyInstanceUID})]
    assert [str(s.PatientName) for s in study] == [NAME]
    series = [Dataset.from_json(s) for s in client.search_for_series(stored.StudyInstanceUID)]
    assert [s.SeriesInstanceUID for s in series] == [stored.SeriesInstanceUID]
    instances = [Dataset.from_json(i) for i in client.search_for_instances(stored.StudyInstanceUID, stored.SeriesInstanceUID)]
    assert [i.SOPInstanceUID for i in instances] == [stored.SOPInstanceUID]


def test_an_instance_comes_back_byte_for_byte(product, stored):
    path = f"/studies/{stored.StudyInstanceUID}/series/{stored.SeriesInstanceUID}/instances/{stored.SOPInstanceUID}"
    accept = 'multipart/related; type="application/dicom"; transfer-syntax=*'
    answer = product.sign_in("village").get(f"{product.address}/dicom-web{path}", headers={"Accept": accept}, timeout=30)
    assert answer.status_code == 200
    assert bytes_of(stored) in answer.content


def test_metadata_carries_the_name_and_no_pixels(product, stored):
    found = product.dicomweb("village").retrieve_instance_metadata(stored.StudyInstanceUID, stored.SeriesInstanceUID, stored.SOPInstanceUID)
    assert found["00100010"]["Value"][0]["Alphabetic"] == NAME
    assert "Value" not in found.get("7FE00010", {})


def test_an_instance_and_its_frame_have_the_pixels_that_were_sent(product, stored):
    client = product.dicomweb("village")
    uids = (stored.StudyInstanceUID, stored.SeriesInstanceUID, stored.SOPInstanceUID)
    assert same_pixels(client.retrieve_instance(*uids), stored)
    (frame,) = client.retrieve_instance_frames(*uids, frame_numbers=[1], media_types=(("application/octet-stream", "*"),))
    pixels = numpy.frombuffer(frame, dtype="<i2").reshape(stored.Rows, stored.Columns)
    assert numpy.array_equal(pixels, stored.pixel_array)


def test_the_images_of_others_are_not_there(product, stored):
    client = product.dicomweb("doctor")
    assert client.search_for_studies(search_filters={"StudyInstanceUID": stored.StudyInstanceUID}) == []
    with pytest.raises(requests.HTTPError) as refused:
        client.retrieve_instance(stored.StudyInstanceUID, stored.SeriesInstanceUID, stored.SOPInstanceUID)
    assert refused.value.response.status_code == 404


def test_nobody_gets_in_without_signing_in(product):
    answer = requests.get(f"{product.address}/dicom-web/studies", timeout=30)
    assert answer.status_code == 401


def test_images_under_a_known_number_and_another_name_are_quarantined_and_said_so(product):
    image = ct("李四", resident_id(), BIRTH_DATE, SEX)
    answer = product.dicomweb("village").store_instances([image])
    assert answer.ReferencedSOPSequence[0].get("WarningReason") is not None
    studies = product.get("village", "/studies?status=quarantined")["items"]
    assert [s["mismatch"] for s in studies if s["study_uid"] == image.StudyInstanceUID] == [["name"]]
