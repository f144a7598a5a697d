import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Absence, Deadline, NewAbsence } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

export const useAbsences = (study: Id, page: number) =>
  useQuery({
    queryKey: keys.absences(study, { page }),
    queryFn: ({ signal }) => request<Page<Absence>>(`/api/studies/${study}/absences`, { query: { page }, signal }),
  });

export function useSetDeadline(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Deadline) => request<Deadline>(`/api/studies/${study}/deadlines`, { method: "PUT", body }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: keys.progress(study) }), client.invalidateQueries({ queryKey: ["assigned", study] })]),
  });
}

export function useRecordAbsence(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewAbsence) => request<Absence>(`/api/studies/${study}/absences`, { method: "POST", body }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["absences", study] }), client.invalidateQueries({ queryKey: keys.progress(study) })]),
  });
}

export function useEndAbsence(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<void>(`/api/absences/${id}`, { method: "DELETE" }),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["absences", study] }), client.invalidateQueries({ queryKey: keys.progress(study) })]),
  });
}
