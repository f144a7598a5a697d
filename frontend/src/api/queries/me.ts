import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, setCsrfToken } from "../client";
import { keys } from "../keys";
import type { ApiToken, Me, NewApiToken, Page } from "../types";

export async function fetchMe(signal?: AbortSignal): Promise<Me> {
  const me = await request<Me>("/api/me", { signal });
  setCsrfToken(me.csrf_token);
  return me;
}

export const useMe = () =>
  useQuery({ queryKey: keys.me, queryFn: ({ signal }) => fetchMe(signal), staleTime: 5 * 60_000 });

export function useRename() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (displayName: string) =>
      request<Me>("/api/me", { method: "PATCH", body: { display_name: displayName } }),
    onSuccess: (me) => client.setQueryData<Me>(keys.me, (old) => ({ ...old, ...me })),
  });
}

export const useTokens = () =>
  useQuery({
    queryKey: keys.tokens,
    queryFn: ({ signal }) => request<Page<ApiToken>>("/api/tokens", { signal }),
  });

export function useCreateToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; expires_in_days?: number }) =>
      request<NewApiToken>("/api/tokens", { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>(`/api/tokens/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.tokens }),
  });
}
