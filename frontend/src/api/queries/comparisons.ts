import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import type { Comparison, ComparisonRow } from "../comparison-types";
import { keys } from "../keys";
import { orNull } from "../or-null";
import type { Id, Page } from "../types";

export interface ComparisonFilters {
  study: string;
  marker: string;
  state: string;
  search: string;
  page: number;
}

export const useComparisons = (query: ComparisonFilters) =>
  useQuery({
    queryKey: keys.comparisons(query),
    queryFn: ({ signal }) => request<Page<ComparisonRow>>("/api/comparisons", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

/** Null before this person's own reveal: to the server it does not exist until then. */
export const useComparison = (specimen: Id) =>
  useQuery({
    queryKey: keys.comparison(specimen),
    queryFn: ({ signal }) => orNull(request<Comparison>(`/api/comparisons/${specimen}`, { signal })),
  });

/** Looking is an act: the POST records the exposure, then answers with what is looked at. */
export function useRevealComparison(specimen: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<Comparison>(`/api/comparisons/${specimen}/reveal`, { method: "POST" }),
    onSuccess: (comparison) => {
      client.setQueryData(keys.comparison(specimen), comparison);
      return client.invalidateQueries({ queryKey: ["comparisons"] });
    },
  });
}

/** Before the policy reveals them: for a reason, on record, and it ends one's right to read the specimen. */
export function useUnblind(specimen: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => request<Comparison>(`/api/comparisons/${specimen}/unblind`, { method: "POST", body: { reason } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: keys.comparison(specimen) }), client.invalidateQueries({ queryKey: ["comparisons"] })]),
  });
}

/** The two readings that an adjudicator is shown where the protocol says so. */
export const useRevealToAdjudicator = (assignment: Id) =>
  useMutation({
    mutationFn: () => request<Comparison>(`/api/assignments/${assignment}/readings/reveal`, { method: "POST" }),
  });
