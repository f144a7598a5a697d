import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";

export interface SampleSizeQuery {
  statistic: "icc" | "kappa";
  aim: "width" | "test";
}
export interface SampleSizeAnswer {
  items: number;
  sentence: string;
  formula: string;
}

/** How many specimens a study of agreement needs; only numbers are asked. */
export const useSampleSize = (query: SampleSizeQuery & object, enabled: boolean) =>
  useQuery({
    queryKey: keys.sampleSize(query),
    queryFn: ({ signal }) => request<SampleSizeAnswer>("/api/sample-size", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
