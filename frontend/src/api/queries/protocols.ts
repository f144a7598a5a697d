import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ProtocolChange, ProtocolVersion, ProtocolVersions } from "../administration";
import { request } from "../client";
import { keys } from "../keys";
import type { Id } from "../types";

export const useProtocol = (study: Id) =>
  useQuery({
    queryKey: keys.protocol(study),
    queryFn: ({ signal }) => request<ProtocolVersions>(`/api/studies/${study}/protocol`, { signal }),
  });

/** Puts a new version into force; what is not named stays as it was. */
export function useNewProtocolVersion(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (change: ProtocolChange) => request<ProtocolVersion>(`/api/studies/${study}/protocol`, { method: "POST", body: change }),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: keys.protocol(study) }), client.invalidateQueries({ queryKey: keys.study(study) })]),
  });
}
