import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SignOut } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import { orNull } from "../or-null";
import type { Id, Study } from "../types";

export type StudyStep = "close" | "reopen" | "lock";

export function useStudyStep(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: StudyStep) => request<Study>(`/api/studies/${study}/${step}`, { method: "POST" }),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.study(study) }), client.invalidateQueries({ queryKey: keys.progress(study) })]),
  });
}

/** Orders as the laboratory's system exports them; all lines are taken, or none. */
export function useImportOrders(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (csv: string) => request<Record<string, number>>(`/api/studies/${study}/orders`, { method: "POST", body: { csv } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["cases", study] }), client.invalidateQueries({ queryKey: ["slides", study] })]),
  });
}

export function useWithdrawCase(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => request<unknown>(`/api/cases/${id}/withdraw`, { method: "POST", body: { reason } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: keys.case(id) }), client.invalidateQueries({ queryKey: ["cases"] })]),
  });
}

/** Null while nobody has signed the case out, or while it is not this person's to see. */
export const useSignOut = (id: Id, enabled: boolean) =>
  useQuery({
    queryKey: keys.signOut(id),
    queryFn: ({ signal }) => orNull(request<SignOut>(`/api/cases/${id}/sign-out`, { signal })),
    enabled,
  });

export function useSignCaseOut(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { comment: string; password?: string }) => request<SignOut>(`/api/cases/${id}/sign-out`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.signOut(id) }),
  });
}

/** Looking whose pseudonym it is leaves a trace: a POST, and nothing of the answer is kept in the cache. */
export const useShowAccession = (id: Id) =>
  useMutation({
    mutationFn: () => request<{ accession: string }>(`/api/cases/${id}/accession/show`, { method: "POST" }),
    gcTime: 0,
  });
