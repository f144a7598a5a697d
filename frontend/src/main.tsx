import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "@mantine/spotlight/styles.css";
import "./global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./App";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
// Where react-remove-scroll (inside Mantine's dialogs) looks for the nonce of the style element it adds.
(globalThis as { __webpack_nonce__?: string }).__webpack_nonce__ = nonce;

const root = document.getElementById("root");
if (!root) throw new Error("The page has no element with the id 'root' to show Duoscope in.");

createRoot(root).render(
  <StrictMode>
    <BrowserRouter>
      <App nonce={nonce} />
    </BrowserRouter>
  </StrictMode>,
);
