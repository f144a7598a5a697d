import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useNavigate } from "react-router";
import { prefetchAssignment, prefetchOpening, refetchAfterSigning } from "../../api/queries/reading";
import type { Assignment, WorklistItem } from "../../api/reading-types";
import { neighbour, nextToRead, type Placed } from "../../state/worklist-order";

const LOOK_AHEAD_MS = 700;

export interface Neighbours {
  to: (id: string) => void;
  prefetch: (id: string) => void;
  next: (() => void) | null;
  previous: (() => void) | null;
  prepareNext: () => void;
  afterSigning: () => void;
}

/** The ways from one specimen to another. The next one's form is fetched ahead, its tissue once it is about to be shown. */
export function useNeighbours(items: readonly WorklistItem[], here: Placed, assignment: Assignment, onLeave: () => void): Neighbours {
  const client = useQueryClient();
  const navigate = useNavigate();
  const next = nextToRead(items, here);
  const previous = neighbour(items, here, -1);
  const nextId = next?.id ?? null;
  useEffect(() => {
    if (nextId === null) return undefined;
    const timer = setTimeout(() => void prefetchAssignment(client, nextId), LOOK_AHEAD_MS);
    return () => clearTimeout(timer);
  }, [client, nextId]);
  const to = (id: string): void => {
    void navigate(`/read/${id}`, { replace: true });
    onLeave();
  };
  const prefetch = (id: string): void => void prefetchAssignment(client, id);
  return {
    to,
    prefetch,
    next: nextId === null ? null : () => to(nextId),
    previous: previous === null ? null : () => to(previous.id),
    prepareNext: () => {
      if (nextId !== null && !mayBeRevised(assignment)) void prefetchOpening(client, nextId);
    },
    afterSigning: () => {
      void refetchAfterSigning(client, assignment.id);
      // In sequential mode the algorithm comes first; without a next one the signed reading is shown.
      if (nextId !== null && !mayBeRevised(assignment)) to(nextId);
    },
  };
}

/** Signed unaided just now, in a mode that shows the algorithm afterwards. */
const mayBeRevised = (assignment: Assignment): boolean => assignment.mode === "sequential" && assignment.reading === null && assignment.purpose === "primary";
