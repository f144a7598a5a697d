import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import type { Case, Id, Page, Role, Slide, Study } from "../types";

export const useStudies = (query: { search: string; page: number; page_size?: number }) =>
  useQuery({
    queryKey: keys.studies(query),
    queryFn: ({ signal }) => request<Page<Study>>("/api/studies", { query, signal }),
    placeholderData: keepPreviousData,
  });

export const useStudy = (id: Id | undefined) =>
  useQuery({
    queryKey: keys.study(id ?? ""),
    queryFn: ({ signal }) => request<Study>(`/api/studies/${id}`, { signal }),
    enabled: Boolean(id),
  });

const READING_ROLES: readonly Role[] = ["pathologist", "adjudicator", "qa_reader"];

/** Whether this person reads in some study; undefined until it is known. */
export function useReads(): boolean | undefined {
  const studies = useQuery({
    queryKey: keys.studies({ page_size: 200 }),
    queryFn: ({ signal }) => request<Page<Study>>("/api/studies", { query: { page_size: 200 }, signal }),
    staleTime: 60_000,
  });
  if (studies.isError) return false;
  return studies.data?.results.some((study) => study.my_roles.some((role) => READING_ROLES.includes(role)));
}

/** The study stands, but nobody administers it yet. */
export class HalfMadeStudy extends Error {
  constructor(
    readonly study: Study,
    override readonly cause: unknown,
  ) {
    super("The study was created, but its administrator was not found.");
  }
}

export function useCreateStudy() {
  const client = useQueryClient();
  return useMutation({
    // Two steps, because whoever creates a study need not belong to it: it is made, then its first administrator named.
    mutationFn: async ({ administrator, made, ...body }: { name: string; description: string; administrator: string; made: Study | null }) => {
      const study = made ?? (await request<Study>("/api/studies", { method: "POST", body }));
      try {
        await request(`/api/studies/${study.id}/members`, { method: "POST", body: { username: administrator, role: "administrator" } });
      } catch (error) {
        throw new HalfMadeStudy(study, error);
      }
      return study;
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["studies"] }),
  });
}

/** A few slides to show what a study holds. */
export const useStudyPreview = (study: Id, enabled = true) =>
  useQuery({
    queryKey: keys.slides(study, { state: "ready", page_size: 4 }),
    queryFn: ({ signal }) =>
      request<Page<Slide>>(`/api/studies/${study}/slides`, { query: { state: "ready", page_size: 4 }, signal }),
    staleTime: 60_000,
    enabled,
  });

export const useCases = (study: Id, query: { search: string; page: number }) =>
  useQuery({
    queryKey: keys.cases(study, query),
    queryFn: ({ signal }) => request<Page<Case>>(`/api/studies/${study}/cases`, { query, signal }),
    placeholderData: keepPreviousData,
  });

export const useCase = (id: Id | undefined) =>
  useQuery({
    queryKey: keys.case(id ?? ""),
    queryFn: ({ signal }) => request<Case>(`/api/cases/${id}`, { signal }),
    enabled: Boolean(id),
  });

export function useCreateCase(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (code: string) => request<Case>(`/api/studies/${study}/cases`, { method: "POST", body: { code } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["cases", study] }),
  });
}
