import { useMutation, useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import { toNumber } from "../numbers";
import type {
  AlgorithmResult,
  Amendment,
  Assignment,
  OpenedAssignmentAnswer,
  OwnReading,
  Place,
  SignBody,
  SlideRequestKind,
  WorklistItem,
} from "../reading-types";
import type { Id } from "../types";
import type { OpenedSlide } from "./slides";
import { markInOrder, refetchWorklist } from "./worklist";

/** An assignment's tissue: an opaque presentation, and the place of the specimen on it. */
export interface OpenedAssignment {
  presentation: Omit<OpenedSlide, "slide" | "specimens">;
  place: Place | null;
}

const assignmentQuery = (id: Id) => ({
  queryKey: keys.assignment(id),
  queryFn: ({ signal }: { signal?: AbortSignal }) => request<Assignment>(`/api/assignments/${id}`, { signal }),
});

export const useAssignment = (id: Id) => useQuery({ ...assignmentQuery(id), refetchOnWindowFocus: false });

export const fetchAssignment = (client: QueryClient, id: Id): Promise<Assignment> =>
  client.fetchQuery({ ...assignmentQuery(id), staleTime: 0 });

export async function openAssignment(id: Id): Promise<OpenedAssignment> {
  const answer = await request<OpenedAssignmentAnswer>(`/api/assignments/${id}/open`, { method: "POST" });
  const { presentation, place, rotation_deg, flipped } = answer;
  return {
    place,
    presentation: {
      ...presentation,
      rotation_deg,
      flipped,
      um_per_px: toNumber(presentation.um_per_px),
      objective_power: toNumber(presentation.objective_power),
    },
  };
}

const openingQuery = (id: Id) => ({
  queryKey: keys.openedAssignment(id),
  queryFn: () => openAssignment(id),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 30_000,
});

export const useOpenedAssignment = (id: Id) => useQuery({ ...openingQuery(id), refetchOnWindowFocus: false });

/** The form of the next specimen; opening it is an act of its own and waits until the reader goes there. */
export const prefetchAssignment = (client: QueryClient, id: Id): Promise<void> =>
  client.prefetchQuery({ ...assignmentQuery(id), staleTime: 10_000 });

/** Once the reader is on the way there: the tissue too. */
export const prefetchOpening = (client: QueryClient, id: Id): Promise<void> => client.prefetchQuery(openingQuery(id));

export const saveDraft = (id: Id, draft: object, version: number): Promise<{ version: number; saved_at: string }> =>
  request(`/api/assignments/${id}/draft`, { method: "PUT", body: { draft }, ifMatch: version });

export interface Signature {
  body: SignBody;
  /** Made once per specimen, so that a repeated signature is the same one. */
  key: string;
  /** The second signature of a sequential reading. */
  revised: boolean;
}

export function useSign(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key, revised }: Signature) =>
      request<OwnReading>(`/api/assignments/${id}/${revised ? "revise" : "sign"}`, { method: "POST", body, idempotencyKey: key }),
    onSuccess: () => {
      markInOrder(client, id, "signed");
      // The session has given its password: the specimens already fetched need not ask for it.
      client.setQueriesData<Assignment>({ queryKey: ["assignment"] }, (old) => (old ? { ...old, needs_password: false } : old));
    },
  });
}

/** What a signature changes, fetched again. Apart from signing: the confirmation comes first. */
export const refetchAfterSigning = (client: QueryClient, id: Id): Promise<unknown> =>
  Promise.all([client.invalidateQueries({ queryKey: keys.assignment(id) }), refetchWorklist(client)]);

export function useAmend(assignment: Id, reading: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Omit<SignBody, "details"> & { why: string }) =>
      request<Amendment>(`/api/readings/${reading}/amend`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.assignment(assignment) }),
  });
}

function useMove(id: Id, verb: "defer" | "resume") {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<WorklistItem>(`/api/assignments/${id}/${verb}`, { method: "POST" }),
    onSuccess: (item) => {
      markInOrder(client, id, item.state);
      return Promise.all([client.invalidateQueries({ queryKey: keys.assignment(id) }), refetchWorklist(client)]);
    },
  });
}
export const useDefer = (id: Id) => useMove(id, "defer");
export const useResume = (id: Id) => useMove(id, "resume");

export function useRequestSlide(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { kind: SlideRequestKind; note: string }) => request(`/api/assignments/${id}/requests`, { method: "POST", body }),
    onSuccess: () => {
      markInOrder(client, id, "deferred");
      return Promise.all([client.invalidateQueries({ queryKey: keys.assignment(id) }), refetchWorklist(client)]);
    },
  });
}

/** Looking is an act: it is recorded, and planned only after the unaided reading is signed. */
export function useRevealAlgorithm(id: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<{ algorithms: AlgorithmResult[] }>(`/api/assignments/${id}/algorithm/reveal`, { method: "POST" }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.assignment(id) }),
  });
}
