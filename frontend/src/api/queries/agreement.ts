import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Agreement } from "../agreement-types";
import { request } from "../client";
import { keys } from "../keys";
import type { Id } from "../types";

export interface AgreementFilters {
  marker: string;
  scheme: string;
  /** Two readers' keys with a comma between them; empty for all. */
  readers: string;
  since: string;
  until: string;
}

export const useAgreement = (study: Id, query: AgreementFilters) =>
  useQuery({
    queryKey: keys.agreement(study, query),
    queryFn: ({ signal }) => request<Agreement>(`/api/studies/${study}/agreement`, { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

/** Looking is an act: some hundred specimens at a time, until none is left or it is stopped. */
export const revealSome = (study: Id, signal: AbortSignal): Promise<{ unseen: number }> =>
  request(`/api/studies/${study}/agreement/reveal`, { method: "POST", signal });

export function useRefetchAgreement(study: Id): () => Promise<unknown> {
  const client = useQueryClient();
  return () => Promise.all([client.invalidateQueries({ queryKey: ["agreement", study] }), client.invalidateQueries({ queryKey: ["comparisons"] })]);
}
