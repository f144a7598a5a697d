import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request, upload } from "../client";
import { keys } from "../keys";
import { toNumber } from "../numbers";
import type { FieldOfView, Id, InboxFile, Page, Presentation, Slide } from "../types";

export const thumbnailUrl = (slide: Id): string => `/api/slides/${slide}/thumbnail`;

export interface SlideFilters {
  search: string;
  marker: string;
  state: string;
  page: number;
}

export const useSlides = (study: Id, query: SlideFilters) =>
  useQuery({
    queryKey: keys.slides(study, query),
    queryFn: ({ signal }) => request<Page<Slide>>(`/api/studies/${study}/slides`, { query: { ...query }, signal }),
    placeholderData: keepPreviousData,
    // While something is being read in and the socket is down, look again by ourselves.
    refetchInterval: (state) =>
      state.state.data?.results.some((slide) => slide.state === "registered" || slide.state === "ingesting") ? 5000 : false,
  });

export const useSlide = (id: Id | undefined) =>
  useQuery({
    queryKey: keys.slide(id ?? ""),
    queryFn: ({ signal }) => request<Slide>(`/api/slides/${id}`, { signal }),
    enabled: Boolean(id),
  });

export const useInbox = (study: Id, enabled: boolean) =>
  useQuery({
    queryKey: keys.inbox(study),
    queryFn: async ({ signal }) => {
      const answer = await request<Page<InboxFile> | InboxFile[]>(`/api/studies/${study}/inbox`, { query: { page_size: 200 }, signal });
      return Array.isArray(answer) ? answer : answer.results;
    },
    enabled,
    staleTime: 0,
  });

export interface NewSlide {
  marker: string;
  case_code?: string;
  name?: string;
  um_per_px?: number;
  /** A tissue microarray: its specimens come from its map, not from one case. */
  tma?: boolean;
}

export function useRegisterSlide(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewSlide & { inbox_name: string }) =>
      request<Slide>(`/api/studies/${study}/slides`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["slides", study] }),
  });
}

export function useUploadSlide(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ file, slide, onProgress, signal }: {
      file: File;
      slide: NewSlide;
      onProgress: (fraction: number) => void;
      signal?: AbortSignal;
    }) => {
      const form = new FormData();
      for (const [name, value] of Object.entries(slide)) {
        if (value !== undefined && value !== "") form.set(name, String(value));
      }
      form.set("file", file);
      return upload<Slide>(`/api/studies/${study}/slides`, form, onProgress, signal);
    },
    onSuccess: () => client.invalidateQueries({ queryKey: ["slides", study] }),
  });
}

export type SlideChange = Partial<{ um_per_px: number; marker: string; name: string }>;

export function useEditSlide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ slide, change }: { slide: Pick<Slide, "id" | "version">; change: SlideChange }) =>
      request<Slide>(`/api/slides/${slide.id}`, { method: "PATCH", body: change, ifMatch: slide.version }),
    onSuccess: (slide) => client.setQueryData(keys.slide(slide.id), slide),
    onSettled: (_slide, _error, { slide }) =>
      Promise.all([
        client.invalidateQueries({ queryKey: ["slides"] }),
        client.invalidateQueries({ queryKey: keys.slide(slide.id) }),
      ]),
  });
}

export function useRetrySlide() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<Slide>(`/api/slides/${id}/retry`, { method: "POST" }),
    onSettled: () => client.invalidateQueries({ queryKey: ["slides"] }),
  });
}

/** The presentation with its decimals read as numbers. */
export interface OpenedSlide extends Omit<Presentation, "um_per_px" | "objective_power"> {
  um_per_px: number | null;
  objective_power: number | null;
}

export async function openSlide(id: Id): Promise<OpenedSlide> {
  const opened = await request<Presentation>(`/api/slides/${id}/open`, { method: "POST" });
  return { ...opened, um_per_px: toNumber(opened.um_per_px), objective_power: toNumber(opened.objective_power) };
}

/** Opening is a POST that reuses the same presentation, so asking again is harmless; it is not repeated by itself. */
export const useOpenedSlide = (id: Id) =>
  useQuery({
    queryKey: keys.presentation(id),
    queryFn: () => openSlide(id),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });

export async function renewPresentation(presentation: Id): Promise<number> {
  const answer = await request<{ valid_for_seconds: number }>(`/api/presentations/${presentation}/renew`, { method: "POST" });
  return answer.valid_for_seconds;
}

export const useFieldsOfView = (slide: Id) =>
  useQuery({
    queryKey: keys.fields(slide),
    queryFn: ({ signal }) => request<Page<FieldOfView>>(`/api/slides/${slide}/fields-of-view`, { query: { page_size: 200 }, signal }),
  });

export interface NewField {
  name: string;
  x_px: number;
  y_px: number;
  width_px: number;
  height_px: number;
}

export function useCreateField(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewField) =>
      request<FieldOfView>(`/api/slides/${slide}/fields-of-view`, { method: "POST", body: { purpose: "analysis", ...body } }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.fields(slide) }),
  });
}

export function useDeleteField(slide: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<void>(`/api/fields-of-view/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.fields(slide) }),
  });
}

/** Every slide of the study that is ready, of one marker or of all, to choose from. */
export const useAllSlides = (study: Id, marker: string) =>
  useQuery({
    queryKey: keys.slides(study, { all: true, marker }),
    queryFn: async ({ signal }) => {
      const found: Slide[] = [];
      for (let page = 1; ; page++) {
        const answer = await request<Page<Slide>>(`/api/studies/${study}/slides`, { query: { marker, state: "ready", page, page_size: 200 }, signal });
        found.push(...answer.results);
        if (answer.next === null) return found;
      }
    },
    staleTime: 60_000,
  });
