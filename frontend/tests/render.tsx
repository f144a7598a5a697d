import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, type RenderResult } from "@testing-library/react";
import type { ReactElement } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { theme } from "../src/theme";

/** Answers by "METHOD /path" (without the query); anything else fails the test that asked. */
export type Routes = Record<string, (body: unknown, url: URL) => [status: number, body?: unknown]>;

export interface Asked {
  method: string;
  path: string;
  search: string;
  body: unknown;
  headers: Record<string, string>;
}

export function serve(routes: Routes): Asked[] {
  const asked: Asked[] = [];
  vi.stubGlobal("fetch", (input: string, init: RequestInit = {}) => {
    const url = new URL(input, "http://localhost");
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    asked.push({ method, path: url.pathname, search: url.search, body, headers: init.headers as Record<string, string> });
    const route = routes[`${method} ${url.pathname}`];
    if (!route) return Promise.reject(new TypeError(`the test has no answer for ${method} ${url.pathname}`));
    const [status, answer] = route(body, url);
    return Promise.resolve(new Response(answer === undefined ? null : JSON.stringify(answer), { status }));
  });
  return asked;
}

export function show(element: ReactElement, at = "/"): RenderResult & { client: QueryClient } {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, networkMode: "always" }, mutations: { retry: false, networkMode: "always" } } });
  const result = render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={client}>
        <MemoryRouter initialEntries={[at]}>{element}</MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...result, client };
}
