import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import type { Id } from "../types";

export type DearrayState = "none" | "waiting" | "working" | "done" | "failed";

/** A circle in level-0 px of the slide, and whether tissue was seen in it. */
export interface ProposedCore {
  row: number;
  column: number;
  x_px: number;
  y_px: number;
  radius_px: number;
  present: boolean;
}

/** A core that is a case's specimen. */
export interface MappedCore {
  id: Id;
  row: number;
  column: number;
  x_px: number;
  y_px: number;
  radius_px: number;
  /** The case's pseudonym. */
  case: string;
  is_missing: boolean;
}

/** The grid of a slide: what was found or placed, and which core is whose. */
export interface CoreGrid {
  state: DearrayState;
  /** Of the search, 0 to 1. */
  progress: number;
  error: string;
  /** A person placed or changed the circles of `proposal`. */
  is_edited: boolean;
  rows: number;
  columns: number;
  proposal: ProposedCore[];
  map: MappedCore[];
  /** Of the slide: sent with what is saved, so that nobody's edit is overwritten. */
  version: number;
}

/** A place as it is saved. Without a case it is a circle only. */
export type SavedCore = Omit<MappedCore, "id"> & { id: Id | null };

export const isLooking = (state: DearrayState): boolean => state === "waiting" || state === "working";

export const useCores = (slide: Id) =>
  useQuery({
    queryKey: keys.cores(slide),
    queryFn: ({ signal }) => request<CoreGrid>(`/api/slides/${slide}/cores`, { signal }),
    refetchInterval: (query) => (query.state.data && isLooking(query.state.data.state) ? 1000 : false),
  });

export function useDearray(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<CoreGrid>(`/api/slides/${slide}/dearray`, { method: "POST" }),
    onSuccess: (grid) => client.setQueryData(keys.cores(slide), grid),
  });
}

function useChanged(slide: Id) {
  const client = useQueryClient();
  return (grid: CoreGrid): Promise<unknown> => {
    client.setQueryData(keys.cores(slide), grid);
    return Promise.all([client.invalidateQueries({ queryKey: keys.slide(slide) }), client.invalidateQueries({ queryKey: ["slides"] }), client.invalidateQueries({ queryKey: ["cases"] })]);
  };
}

export function useSaveCores(slide: Id) {
  const changed = useChanged(slide);
  return useMutation({
    mutationFn: ({ cores, version }: { cores: readonly SavedCore[]; version: number }) =>
      request<CoreGrid>(`/api/slides/${slide}/cores`, { method: "PUT", body: { cores }, ifMatch: version }),
    onSuccess: changed,
  });
}

/** Which core is whose on a serial section of the same block, as this slide's. */
export function useCopyCores(slide: Id) {
  const changed = useChanged(slide);
  return useMutation({ mutationFn: (from: Id) => request<CoreGrid>(`/api/slides/${slide}/cores/copy`, { method: "POST", body: { from } }), onSuccess: changed });
}
