import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { SlideRequest } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

export interface SlideRequestFilters {
  study: Id;
  state: "open" | "settled";
  page: number;
}

export const useSlideRequests = (query: SlideRequestFilters) =>
  useQuery({
    queryKey: keys.slideRequests(query),
    queryFn: ({ signal }) => request<Page<SlideRequest>>("/api/slide-requests", { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
  });

export function useSettleRequest() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, answer }: { id: Id; answer: string }) => request<SlideRequest>(`/api/slide-requests/${id}/settle`, { method: "POST", body: { answer } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["slide-requests"] }),
  });
}
