"""DIMSE as pynetdicom speaks it: verification, storage, and who may associate at all."""

from files import ct
from pynetdicom import AE
from pynetdicom.sop_class import CTImageStorage, Verification
from test_dicomweb import BIRTH_DATE, NAME, SEX, resident_id

# What the clinic's device calls the patient of the demo.
LOCAL_NUMBER = "LL20260017"


def associate(product, calling="CLINIC", called="CONSULT"):
    entity = AE(ae_title=calling)
    entity.add_requested_context(Verification)
    entity.add_requested_context(CTImageStorage)
    return entity.associate("127.0.0.1", product.dimse_port, ae_title=called)


def test_an_echo_is_answered(product):
    association = associate(product)
    assert association.send_c_echo().Status == 0x0000
    association.release()


def test_an_unknown_caller_is_rejected_at_association(product):
    association = associate(product, calling="STRANGER")
    assert association.is_rejected


def test_a_stored_image_is_unassigned_until_its_patient_is_known(product):
    image = ct("测试^未知", "NO-SUCH-NUMBER", "19700101", "M", charset="\\ISO 2022 IR 58".split("\\"))
    association = associate(product)
    assert association.send_c_store(image).Status == 0x0000
    association.release()
    studies = product.get("township", "/studies?status=unassigned")["items"]
    found = [s for s in studies if s["study_uid"] == image.StudyInstanceUID]
    assert [s["dicom_patient"]["local_id"] for s in found] == ["NO-SUCH-NUMBER"]
    assert "测试" in found[0]["dicom_patient"]["name"].replace("^", "")


def test_a_stored_image_of_a_known_number_under_another_name_is_answered_with_a_warning(product):
    association = associate(product)
    assert association.send_c_store(ct("李四", LOCAL_NUMBER, BIRTH_DATE, SEX)).Status == 0xB000
    assert association.send_c_store(ct(NAME, LOCAL_NUMBER, BIRTH_DATE, SEX)).Status == 0x0000
    association.release()


def test_an_identity_number_tells_an_organisation_nothing_of_a_patient_who_is_not_in_its_care(product):
    association = associate(product)
    assert association.send_c_store(ct("李四", resident_id(), BIRTH_DATE, SEX)).Status == 0x0000
    association.release()
    studies = product.get("township", "/studies?status=unassigned")["items"]
    assert resident_id() in [s["dicom_patient"]["local_id"] for s in studies]
