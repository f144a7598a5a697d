import { keepPreviousData, useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import type { AssignmentState, WaitingRound, WorklistCounts, WorklistItem } from "../reading-types";
import type { Id, Page } from "../types";

const LARGEST_PAGE = 200;

export interface WorklistFilters {
  study?: Id;
  purpose?: string;
  state?: string;
  marker?: string;
  search?: string;
  ordering?: string;
  page?: number;
}

export const useWorklist = (query: WorklistFilters) =>
  useQuery({
    queryKey: keys.worklist(query),
    queryFn: ({ signal }) => request<Page<WorklistItem>>("/api/worklist", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

export const useWorklistCounts = (study: Id | "" = "") =>
  useQuery({
    queryKey: keys.worklistCounts(study),
    queryFn: ({ signal }) => request<WorklistCounts>("/api/worklist/counts", { query: { study }, signal }),
    placeholderData: keepPreviousData,
  });

/** What may come before and after a specimen: everything of its study and purpose, page by page. */
export const useWholeWorklist = (of: Pick<WorklistItem, "study" | "purpose"> | undefined) =>
  useQuery({
    queryKey: keys.readingOrder(of?.study.id ?? "", of?.purpose ?? ""),
    queryFn: async ({ signal }) => {
      const items: WorklistItem[] = [];
      for (let page = 1, more = true; more; page += 1) {
        const query = { study: of?.study.id, purpose: of?.purpose, page, page_size: LARGEST_PAGE };
        // One after another: each page says whether there is one more.
        // oxlint-disable-next-line no-await-in-loop
        const answer = await request<Page<WorklistItem>>("/api/worklist", { query, signal });
        items.push(...answer.results);
        more = answer.next !== null;
      }
      return items;
    },
    enabled: of !== undefined,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
  });

export const useWaitingRounds = (page: number, enabled: boolean) =>
  useQuery({
    queryKey: keys.adjudications({ page }),
    queryFn: ({ signal }) => request<Page<WaitingRound>>("/api/adjudications", { query: { page }, signal }),
    placeholderData: keepPreviousData,
    enabled,
  });

export function useClaimRound() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (round: Id) => request<WorklistItem>(`/api/adjudications/${round}/claim`, { method: "POST" }),
    onSettled: () => refetchWorklist(client),
  });
}

export const refetchWorklist = (client: QueryClient): Promise<unknown> =>
  Promise.all(["worklist", "worklist-counts", "adjudications"].map((kind) => client.invalidateQueries({ queryKey: [kind] })));

/** What the reader just did to one specimen, shown at once wherever it is listed. */
export function markInOrder(client: QueryClient, id: Id, state: AssignmentState): void {
  client.setQueriesData<WorklistItem[]>({ queryKey: ["reading-order"] }, (old) =>
    old?.map((item) => (item.id === id ? { ...item, state, has_draft: state === "draft" } : item)),
  );
}
