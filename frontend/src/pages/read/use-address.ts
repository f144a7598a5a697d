import { useReducer } from "react";

/**
 * Which assignment the reader is at, from the very key that says so. The router follows a moment later, and one address
 * after the other where keys come quickly; what is typed meanwhile must neither go to the specimen that was left nor be
 * lost while an address in between goes by. The browser's own address is there at once.
 *
 * Call `look` after going somewhere.
 */
export function useAddress(routed: string): [assignmentId: string, look: () => void] {
  const [, look] = useReducer((count: number) => count + 1, 0);
  return [/\/read\/([^/]+)$/.exec(window.location.pathname)?.[1] ?? routed, look];
}
