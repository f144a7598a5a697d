import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import { orNull } from "../or-null";
import type { Id } from "../types";

/** A core of a TMA's grid as it is proposed or saved; level-0 px of the slide. */
export interface GridCore {
  row: number;
  column: number;
  x_px: number;
  y_px: number;
  radius_px: number;
  is_missing: boolean;
  /** The case's pseudonym; empty until the map says whose core it is. */
  case: string;
}

export type DearrayState = "none" | "queued" | "running" | "done" | "failed";

export interface CoreProposal {
  state: DearrayState;
  cores: GridCore[];
  error?: string;
}

interface WireCore extends Omit<GridCore, "case" | "is_missing"> {
  is_missing?: boolean;
  missing?: boolean;
  case?: string | { code: string } | null;
}
interface WireProposal {
  state?: DearrayState;
  error?: string;
  cores?: WireCore[];
  results?: WireCore[];
}

export function readCore(core: WireCore): GridCore {
  const code = typeof core.case === "object" ? core.case?.code : core.case;
  return {
    row: core.row,
    column: core.column,
    x_px: core.x_px,
    y_px: core.y_px,
    radius_px: core.radius_px,
    is_missing: core.is_missing ?? core.missing ?? false,
    case: code ?? "",
  };
}

/** What the server found on the slide; null where nobody has asked it to look. */
export const useProposedCores = (slide: Id) =>
  useQuery({
    queryKey: keys.proposedCores(slide),
    queryFn: async ({ signal }): Promise<CoreProposal | null> => {
      const answer = await orNull(request<WireProposal>(`/api/slides/${slide}/cores`, { signal }));
      if (answer === null) return null;
      const cores = (answer.cores ?? answer.results ?? []).map(readCore);
      return { state: answer.state ?? (cores.length > 0 ? "done" : "none"), cores, error: answer.error };
    },
    refetchInterval: (query) => (["queued", "running"].includes(query.state.data?.state ?? "") ? 2000 : false),
  });

export function useDearray(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<unknown>(`/api/slides/${slide}/dearray`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.proposedCores(slide) }),
  });
}

export function useSaveCores(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (cores: readonly GridCore[]) => request<unknown>(`/api/slides/${slide}/cores`, { method: "PUT", body: { cores } }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.slide(slide) }),
        client.invalidateQueries({ queryKey: keys.presentation(slide) }),
        client.invalidateQueries({ queryKey: ["cases"] }),
      ]),
  });
}

/** The grid of a serial section of the same block, as this slide's. */
export function useCopyCores(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (from: Id) => request<unknown>(`/api/slides/${slide}/cores/copy`, { method: "POST", body: { from } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: keys.slide(slide) }), client.invalidateQueries({ queryKey: keys.proposedCores(slide) })]),
  });
}
