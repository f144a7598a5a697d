import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { request } from "../client";
import { keys } from "../keys";
import type { Id, Member, Page, Person, Role } from "../types";

export const usePeople = (query: { search: string; page: number }) =>
  useQuery({
    queryKey: keys.people(query),
    queryFn: ({ signal }) => request<Page<Person>>("/api/users", { query, signal }),
    placeholderData: keepPreviousData,
  });

export function useCreatePerson() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; display_name: string; password: string }) =>
      request<Person>("/api/users", { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
}

export function useSetActive() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, isActive }: { id: Id; isActive: boolean }) =>
      request<Person>(`/api/users/${id}`, { method: "PATCH", body: { is_active: isActive } }),
    onSettled: () => client.invalidateQueries({ queryKey: ["people"] }),
  });
}

export const useMembers = (study: Id) =>
  useQuery({
    queryKey: keys.members(study),
    queryFn: ({ signal }) => request<Page<Member>>(`/api/studies/${study}/members`, { query: { page_size: 200 }, signal }),
  });

export function useAddMember(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { username: string; role: Role }) =>
      request<Member>(`/api/studies/${study}/members`, { method: "POST", body }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.members(study) }),
  });
}

export function useRemoveMember(study: Id) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: Id) => request<void>(`/api/members/${id}`, { method: "DELETE" }),
    onSettled: () => client.invalidateQueries({ queryKey: keys.members(study) }),
  });
}
