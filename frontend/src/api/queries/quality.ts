import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { QaReview, QualificationItem, SlideRequest } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

export const useQaReviews = (study: Id, query: { page: number }) =>
  useQuery({
    queryKey: keys.qa(study, query),
    queryFn: ({ signal }) => request<Page<QaReview>>(`/api/studies/${study}/qa`, { query, signal }),
    placeholderData: keepPreviousData,
  });

/** Targeted: chosen by a person, not by lot. */
export function useChooseForQa(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (specimens: Id[]) => request<unknown>(`/api/studies/${study}/qa`, { method: "POST", body: { specimens } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["qa", study] }),
  });
}

export function useDropFromQa(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<unknown>(`/api/qa/${id}/drop`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["qa", study] }),
  });
}

export const useQualification = (study: Id) =>
  useQuery({
    queryKey: keys.qualification(study),
    queryFn: async ({ signal }) => {
      const answer = await request<Page<QualificationItem> | { items: QualificationItem[] }>(`/api/studies/${study}/qualification`, { signal });
      return "results" in answer ? answer.results : answer.items;
    },
  });

export interface SlideRequestFilters {
  study: Id;
  state: "open" | "settled";
  page: number;
}

export const useSlideRequests = (query: SlideRequestFilters) =>
  useQuery({
    queryKey: keys.slideRequests(query),
    queryFn: ({ signal }) => request<Page<SlideRequest>>("/api/slide-requests", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

export function useSettleRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, answer }: { id: Id; answer: string }) => request<SlideRequest>(`/api/slide-requests/${id}/settle`, { method: "POST", body: { answer } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["slide-requests"] }),
  });
}
