import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { useState, useSyncExternalStore } from "react";
import { useLocation } from "react-router";
import { makeQueryClient } from "./api/query-client";
import { ErrorBoundary } from "./components/common/ErrorBoundary";
import { AppRoutes } from "./pages/routes";
import { isTissuePage } from "./state/places";
import { preferences } from "./state/preferences";
import { theme } from "./theme";

const schemeManager = localStorageColorSchemeManager({ key: "duoscope.scheme" });

export function App({ nonce }: { nonce: string }) {
  const [client] = useState(makeQueryClient);
  const { pathname } = useLocation();
  const { viewerTheme } = useSyncExternalStore(preferences.subscribe, preferences.get);
  const dark = isTissuePage(pathname) && viewerTheme === "dark";
  return (
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      forceColorScheme={dark ? "dark" : undefined}
      colorSchemeManager={schemeManager}
      getStyleNonce={() => nonce}
    >
      <Notifications position="bottom-center" limit={2} autoClose={5000} />
      <ErrorBoundary>
        <QueryClientProvider client={client}>
          <AppRoutes />
        </QueryClientProvider>
      </ErrorBoundary>
    </MantineProvider>
  );
}
