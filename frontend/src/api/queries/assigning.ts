import { keepPreviousData, type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Allocation, AllocationRequest, AssignedReading, StudyProgress } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

/** What is only looked at: nothing is assigned by it. */
export const usePreviewAllocation = (study: Id) =>
  useMutation({
    mutationFn: (body: AllocationRequest) => request<Allocation>(`/api/studies/${study}/allocations/preview`, { method: "POST", body }),
  });

export function useAllocate(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: AllocationRequest) => request<Allocation>(`/api/studies/${study}/allocations`, { method: "POST", body }),
    onSuccess: () => refetchAssignments(client, study),
  });
}

export interface AssignmentFilters {
  reader: string;
  state: string;
  purpose: string;
  page: number;
}

export const useAssigned = (study: Id, query: AssignmentFilters) =>
  useQuery({
    queryKey: keys.assigned(study, query),
    queryFn: ({ signal }) => request<Page<AssignedReading>>(`/api/studies/${study}/assignments`, { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

export interface Reassignment {
  assignments?: Id[];
  reader?: Id;
  to: Id;
  reason: string;
}

export function useReassign(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Reassignment) => request<unknown>(`/api/studies/${study}/reassign`, { method: "POST", body }),
    onSettled: () => refetchAssignments(client, study),
  });
}

export function useWithdrawAssignment(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, reason }: { id: Id; reason: string }) => request<unknown>(`/api/assignments/${id}/withdraw`, { method: "POST", body: { reason } }),
    onSettled: () => refetchAssignments(client, study),
  });
}

export const useProgress = (study: Id) =>
  useQuery({
    queryKey: keys.progress(study),
    queryFn: ({ signal }) => request<StudyProgress>(`/api/studies/${study}/progress`, { signal }),
    // Others' work arrives without a word on the socket while reading is blind; so the page looks by itself.
    refetchInterval: 60_000,
  });

export const refetchAssignments = (client: QueryClient, study: Id): Promise<unknown> =>
  Promise.all([
    client.invalidateQueries({ queryKey: ["assigned", study] }),
    client.invalidateQueries({ queryKey: keys.progress(study) }),
    client.invalidateQueries({ queryKey: keys.protocol(study) }),
    client.invalidateQueries({ queryKey: ["qa", study] }),
  ]);
