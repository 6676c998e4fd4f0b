"""DICOM files made for a test: an original of pydicom's, with new UIDs and the patient the test names."""

from io import BytesIO

import numpy
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid


def ct(name, patient_id, birth_date, sex, charset="GB18030", study=None):
    """One CT slice as a data set with file meta, under new UIDs."""
    image = dcmread(get_testdata_file("CT_small.dcm"))
    image.SpecificCharacterSet = charset
    image.PatientName = name
    image.PatientID = patient_id
    image.PatientBirthDate = birth_date
    image.PatientSex = sex
    image.StudyInstanceUID = study or generate_uid()
    image.SeriesInstanceUID = generate_uid()
    image.SOPInstanceUID = generate_uid()
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    return image


def bytes_of(image):
    out = BytesIO()
    image.save_as(out, enforce_file_format=True)
    return out.getvalue()


def same_pixels(left, right):
    return numpy.array_equal(left.pixel_array, right.pixel_array)
