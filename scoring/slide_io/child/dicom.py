"""Why a DICOM file is no slide: its kind in words. Nothing of the patient module is read."""

from __future__ import annotations

_MODALITIES = {
    "CT": "a CT image",
    "MR": "an MR image",
    "SEG": "a segmentation",
    "ANN": "a set of annotations",
    "PT": "a PET image",
    "US": "an ultrasound image",
    "CR": "an X-ray image",
    "DX": "an X-ray image",
    "MG": "a mammogram",
    "SR": "a structured report",
    "XC": "a photograph",
    "PR": "a presentation state",
}
_ANNOTATIONS = "1.2.840.10008.5.1.4.1.1.91.1"  # Microscopy Bulk Simple Annotations Storage


def why_not_a_slide(path: str) -> str:
    """A sentence for a technician; reads the tags SOPClassUID (0008,0016) and Modality (0008,0060) alone."""
    import pydicom  # noqa: PLC0415 - slow to import, and only refused DICOM files need it

    try:
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["Modality", "SOPClassUID"])
        modality = str(dataset.get("Modality", ""))[:16].strip()
        if dataset.get("SOPClassUID") == _ANNOTATIONS:
            modality = "ANN"
    except Exception:  # whatever a foreign file makes pydicom raise, the answer is the same
        return "The DICOM file is damaged and not a slide image. Export it again from the scanner."
    if modality == "SM":
        return (
            "This DICOM object is a slide microscopy object, but not one whose pixels can be read as a slide. "
            "Send the VOLUME images of the series."
        )
    kind = _MODALITIES.get(modality, "something else")
    said = f", modality {modality}" if modality in _MODALITIES else ""
    return f"This DICOM file is not a slide image ({kind}{said}). Send the whole-slide microscopy (SM) series."
