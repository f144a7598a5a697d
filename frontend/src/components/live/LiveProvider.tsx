import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { refetchOnChange } from "../../api/query-client";
import { LiveSocket, type LiveState } from "../../api/socket";

const LiveContext = createContext<LiveSocket | null>(null);

/** One socket for the signed-in part of the page. */
export function LiveProvider({ children, make }: { children: ReactNode; make?: () => LiveSocket }) {
  const client = useQueryClient();
  const [socket] = useState(() => make?.() ?? new LiveSocket());
  useEffect(() => {
    const stopRefetching = refetchOnChange(socket, client);
    socket.start();
    return () => {
      stopRefetching();
      socket.stop();
    };
  }, [socket, client]);
  return <LiveContext value={socket}>{children}</LiveContext>;
}

/** Joins a room ("study:<id>") while the component is shown. */
export function useRoom(room: string | null): void {
  const socket = useContext(LiveContext);
  useEffect(() => (room && socket ? socket.join(room) : undefined), [socket, room]);
}

const nothing = (): (() => void) => () => {};

export function useLiveState(): LiveState {
  const socket = useContext(LiveContext);
  return useSyncExternalStore(socket?.subscribe ?? nothing, () => socket?.state ?? "connecting");
}
