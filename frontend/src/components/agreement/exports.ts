import { withQuery } from "../../api/client";
import type { AgreementFilters } from "../../api/queries/agreement";
import type { Id } from "../../api/types";
import type { Offered } from "../common/DownloadMenu";

const FORMS: [string, string, string][] = [
  ["pdf", "PDF", "This agreement with its plots"],
  ["csv", "CSV", "Every score of the study, a line each"],
  ["xlsx", "Excel", "The same, as a workbook"],
  ["parquet", "Parquet", "The same, for data frames"],
  ["json", "JSON", "The same, for programs"],
  ["readings", "Readings (CSV)", "This marker’s readings; the command line reads them again"],
  ["imrmc", "iMRMC", "This marker’s readings for reader studies"],
];

/** What an administrator takes away of a study: of what they have looked at, with the filters where these count. */
export const studyExports = (study: Id, filters: AgreementFilters): Offered[] =>
  FORMS.map(([form, label, about]) => ({ label, about, address: withQuery(`/api/studies/${study}/agreement/export`, { as: form, ...filters }) }));
