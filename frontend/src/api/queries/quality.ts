import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { NewQualificationItem, QaReview, Qualification } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

export const useQaReviews = (study: Id, query: { page: number; state: string }) =>
  useQuery({
    queryKey: keys.qa(study, query),
    queryFn: ({ signal }) =>
      request<Page<QaReview>>(`/api/studies/${study}/qa`, { query: { page: query.page, ...(query.state ? { state: query.state } : {}) }, signal }),
    placeholderData: keepPreviousData,
  });

/** Targeted: chosen by a person, not by lot. */
export function useChooseForQa(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (specimens: Id[]) => request<QaReview[]>(`/api/studies/${study}/qa`, { method: "POST", body: { specimens } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["qa", study] }),
  });
}

export function useCallOffQa(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<QaReview>(`/api/qa/${id}/drop`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["qa", study] }),
  });
}

export const useQualification = (study: Id) =>
  useQuery({ queryKey: keys.qualification(study), queryFn: ({ signal }) => request<Qualification>(`/api/studies/${study}/qualification`, { signal }) });

/** The whole set as it is to be. */
export function useSetQualification(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (items: NewQualificationItem[]) => request<Qualification>(`/api/studies/${study}/qualification`, { method: "PUT", body: { items } }),
    onSuccess: (set) => client.setQueryData(keys.qualification(study), set),
  });
}
