import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SignedMarker, SignedOut, SignOut } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id } from "../types";

export function useWithdrawCase(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (reason: string) => request<unknown>(`/api/cases/${id}/withdraw`, { method: "POST", body: { reason } }),
    onSuccess: () =>
      Promise.all([client.invalidateQueries({ queryKey: keys.case(id) }), client.invalidateQueries({ queryKey: ["cases"] }), client.invalidateQueries({ queryKey: keys.signOut(id) })]),
  });
}

export const useSignOut = (id: Id, enabled: boolean) =>
  useQuery({ queryKey: keys.signOut(id), queryFn: ({ signal }) => request<SignOut>(`/api/cases/${id}/sign-out`, { signal }), enabled });

/** Looking at what a case is signed out with is an act that is recorded. */
export function useShowCase(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<{ markers: SignedMarker[] }>(`/api/cases/${id}/sign-out/show`, { method: "POST" }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.signOut(id) }),
  });
}

export function useSignCaseOut(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { comment: string; password?: string }) => request<SignedOut>(`/api/cases/${id}/sign-out`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.signOut(id) }),
  });
}

/** Looking whose pseudonym it is leaves a trace: a POST, and nothing of the answer is kept in the cache. */
export const useShowAccession = (id: Id) =>
  useMutation({
    mutationFn: () => request<{ accession: string }>(`/api/cases/${id}/accession/show`, { method: "POST" }),
    gcTime: 0,
  });
