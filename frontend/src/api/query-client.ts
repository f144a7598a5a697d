import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "./client";
import { STALE_AFTER } from "./keys";
import type { LiveMessage, LiveSocket } from "./socket";

/** Lists stay fresh by the socket, so a refetch on mount is needed only after a short while. */
export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        gcTime: 10 * 60_000,
        // A laboratory's network may have no internet: "offline" in the browser's sense says nothing.
        networkMode: "always",
        retry: (failures, error) => failures < 2 && !(error instanceof ApiError && !error.mayRetry),
        retryDelay: (attempt) => Math.min(500 * 2 ** attempt, 4000),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** "X changed" → what is shown of X is fetched again. Returns the way to stop. */
export function refetchOnChange(socket: LiveSocket, client: QueryClient): () => void {
  return socket.listen((message: LiveMessage) => {
    if (!message.changed) return;
    if (message.changed === "everything") {
      void client.invalidateQueries({ predicate: (query) => query.queryKey[0] !== "presentation" });
      return;
    }
    for (const kind of STALE_AFTER[message.changed] ?? []) void client.invalidateQueries({ queryKey: [kind] });
  });
}
