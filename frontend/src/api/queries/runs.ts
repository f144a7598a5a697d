import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ApiError, request, requestBytes, send } from "../client";
import { keys } from "../keys";
import type { Id, Layers, ModelCard, Page, Result, Run, RunRequest } from "../types";

export const isActive = (run: Pick<Run, "state">): boolean => run.state === "queued" || run.state === "running";

export const useModelCards = (enabled = true) =>
  useQuery({
    queryKey: keys.cards,
    queryFn: async ({ signal }) => {
      const answer = await request<Page<ModelCard> | ModelCard[]>("/api/model-cards", { signal });
      return Array.isArray(answer) ? answer : answer.results;
    },
    staleTime: 10 * 60_000,
    enabled,
  });

export interface RunFilters {
  study?: Id;
  slide?: Id;
  specimen?: Id;
  batch?: Id;
  state?: string;
  page?: number;
}

export const useRuns = (query: RunFilters, enabled = true) =>
  useQuery({
    queryKey: keys.runs(query),
    queryFn: ({ signal }) => request<Page<Run>>("/api/runs", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
    enabled,
    // The socket says when something moved; this is for when it is down.
    refetchInterval: (state) => (state.state.data?.results.some(isActive) ? 4000 : false),
  });

export const useRun = (id: Id | null) =>
  useQuery({
    queryKey: keys.run(id ?? ""),
    queryFn: ({ signal }) => request<Run>(`/api/runs/${id}`, { signal }),
    enabled: id !== null,
    refetchInterval: (state) => (state.state.data && isActive(state.state.data) ? 4000 : false),
  });

export const refetchRuns = (client: ReturnType<typeof useQueryClient>) =>
  Promise.all([
  client.invalidateQueries({ queryKey: ["runs"] }),
  client.invalidateQueries({ queryKey: ["run"] }),
  client.invalidateQueries({ queryKey: ["batch"] }),
  client.invalidateQueries({ queryKey: ["batches"] }),
]);

/** The key is made by whoever shows the button, once per intention, so that a second click asks for nothing new. */
export function useStartRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: RunRequest; key: string }) =>
      request<Run>("/api/runs", { method: "POST", body, idempotencyKey: key }),
    onSettled: () => refetchRuns(client),
  });
}

export function useCancelRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<Run>(`/api/runs/${id}/cancel`, { method: "POST" }),
    onSettled: () => refetchRuns(client),
  });
}

/** The result, once this person has had it shown; null (the server's 404) before. */
export const useResult = (run: Id | null) =>
  useQuery({
    queryKey: keys.result(run ?? ""),
    queryFn: async ({ signal }): Promise<Result | null> => {
      try {
        return await request<Result>(`/api/results/${run}`, { signal });
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return null;
        throw error;
      }
    },
    enabled: run !== null,
    staleTime: 5 * 60_000,
  });

/** Looking is an act: this POST records the exposure and returns what was asked for. */
export function useReveal() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (run: Id) => request<Result>(`/api/results/${run}/reveal`, { method: "POST" }),
    onSuccess: (result, run) => client.setQueryData(keys.result(run), result),
  });
}

export const exportUrl = (run: Id, as: "json" | "csv" | "geojson"): string => `/api/results/${run}/export?as=${as}`;

/** Where the layers of a revealed result lie. They never change. */
export const useLayers = (run: Id | null) =>
  useQuery({
    queryKey: keys.layers(run ?? ""),
    queryFn: ({ signal }) => request<Layers>(`/api/results/${run}/layers`, { signal }),
    enabled: run !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });

export async function fetchLayerTile(run: Id, column: number, row: number, signal?: AbortSignal): Promise<Blob> {
  const answer = await send(`/api/results/${run}/layers/${column}/${row}`, { headers: { Accept: "image/png" }, signal });
  return answer.blob();
}

export interface CellBox {
  x: number;
  y: number;
  width: number;
  height: number;
}
export const fetchCells = (run: Id, box: CellBox, limit: number, signal?: AbortSignal): Promise<ArrayBuffer> =>
  requestBytes(`/api/results/${run}/cells`, { query: { ...box, limit }, signal });
export const fetchDensity = (run: Id, maxBins: number, signal?: AbortSignal): Promise<ArrayBuffer> =>
  requestBytes(`/api/results/${run}/density`, { query: { max_bins: maxBins }, signal });
