import type { Id } from "../../api/types";
import type { Offered } from "../common/DownloadMenu";

/** A case on paper, and for another system. What one has not looked at is not in it. */
export const caseReports = (id: Id): Offered[] => [
  { label: "PDF", about: "Readings, algorithms, consensus, signatures", address: `/api/cases/${id}/report?as=pdf` },
  { label: "FHIR R4 bundle", about: "DiagnosticReport and Observations, JSON", address: `/api/cases/${id}/report?as=fhir` },
  { label: "DICOM SR", about: "Measurement report, without images", address: `/api/cases/${id}/report?as=dicom` },
];
