import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Order } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Page } from "../types";

export const useOrders = (study: Id, query: { search: string; page: number }) =>
  useQuery({
    queryKey: keys.orders(study, query),
    queryFn: ({ signal }) =>
      request<Page<Order>>(`/api/studies/${study}/orders`, { query: { page: query.page, ...(query.search ? { search: query.search } : {}) }, signal }),
    placeholderData: keepPreviousData,
  });

export interface ImportedOrders {
  created: number;
  known: number;
  cases_created: number;
}

/** Orders as the laboratory's system exports them; all lines are taken, or none. */
export function useImportOrders(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (csv: string) => request<ImportedOrders>(`/api/studies/${study}/orders`, { method: "POST", body: { csv } }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["orders", study] }), client.invalidateQueries({ queryKey: ["cases", study] })]),
  });
}
