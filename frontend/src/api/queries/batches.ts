import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import { orNull } from "../or-null";
import type { Batch, BatchRequest, CoreResult, Id, Page, Run } from "../types";
import { refetchRuns } from "./runs";

const WHILE_ACTIVE_MS = 3000;

export const useBatches = (query: { study?: Id; slide?: Id; page?: number; page_size?: number }, enabled = true) =>
  useQuery({
    queryKey: keys.batches(query),
    queryFn: ({ signal }) => request<Page<Batch>>("/api/batches", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
    enabled,
    // The socket says when something moved; this is for when it is down.
    refetchInterval: (state) => (state.state.data?.results.some((batch) => batch.is_active) ? WHILE_ACTIVE_MS : false),
  });

export const useBatch = (id: Id | null) =>
  useQuery({
    queryKey: keys.batch(id ?? ""),
    queryFn: ({ signal }) => request<Batch>(`/api/batches/${id}`, { signal }),
    enabled: id !== null,
    refetchInterval: (state) => (state.state.data?.is_active ? WHILE_ACTIVE_MS : false),
  });

/** The key is made by whoever shows the button, once per intention, so that a second click asks for nothing new. */
export function useStartBatch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: BatchRequest; key: string }) =>
      request<{ id: Id; runs: Run[] }>("/api/batches", { method: "POST", body, idempotencyKey: key }),
    onSettled: () => refetchRuns(client),
  });
}

export function useCancelBatch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<Batch>(`/api/batches/${id}/cancel`, { method: "POST" }),
    onSettled: () => refetchRuns(client),
  });
}

/** Looking is an act: one POST records the exposure of every specimen whose result is there. */
export function useRevealBatch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<{ shown: number }>(`/api/batches/${id}/reveal`, { method: "POST" }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["batch-results"] }), client.invalidateQueries({ queryKey: ["result"] })]),
  });
}

export const ORDERS = ["core", "case", "value", "-value"] as const;
export type Order = (typeof ORDERS)[number];

/** One page of the results this person has had shown; null (the server's 404) before. */
export const useBatchResults = (id: Id | null, query: { order?: Order; page?: number; page_size?: number } = {}) =>
  useQuery({
    queryKey: keys.batchResults(id ?? "", query),
    queryFn: ({ signal }) => orNull(request<Page<CoreResult>>(`/api/batches/${id}/results`, { query: { ...query }, signal })),
    placeholderData: keepPreviousData,
    enabled: id !== null,
  });

/** All of them, for the slide's circles; a batch holds at most 500. */
export const useAllBatchResults = (id: Id | null) =>
  useQuery({
    queryKey: keys.batchResults(id ?? "", { all: true }),
    queryFn: async ({ signal }) => {
      const found: CoreResult[] = [];
      for (let page = 1; ; page++) {
        const answer = await orNull(request<Page<CoreResult>>(`/api/batches/${id}/results`, { query: { page, page_size: 200 }, signal }));
        if (answer === null) return null;
        found.push(...answer.results);
        if (answer.next === null) return found;
      }
    },
    enabled: id !== null,
  });

export const batchCsvUrl = (id: Id): string => `/api/batches/${id}/export`;
