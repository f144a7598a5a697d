import { useMutation, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Study } from "../types";

export type StudyStep = "close" | "reopen" | "lock";

export function useStudyStep(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (step: StudyStep) => request<Study>(`/api/studies/${study}/${step}`, { method: "POST" }),
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: keys.study(study) }), client.invalidateQueries({ queryKey: keys.progress(study) })]),
  });
}
