// A tiny stand-in for the server, to look at the built page without a database: `node tests/mock/server.mjs [port]`.
// MOCK_ROLE = technician | reader | system. MOCK_TILES = a folder of tiles as level/column_row.jpg with levels.json and
// thumbnail.jpg; without it slides have no picture. Never part of the shipped page.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import * as data from "./fixtures.mjs";

const dist = join(import.meta.dirname, "../../dist");
const tiles = process.env.MOCK_TILES ?? "";
const levels = tiles && existsSync(join(tiles, "levels.json")) ? JSON.parse(readFileSync(join(tiles, "levels.json"), "utf8")) : [{ width_px: 1024, height_px: 1024, tile_width_px: 256, tile_height_px: 256 }];
const role = process.env.MOCK_ROLE ?? "technician";
const roles = { technician: ["technician", "administrator"], reader: ["pathologist"], system: ["administrator", "technician"] }[role];
const studies = data.studies(roles);
if (role === "reader") studies[0].protocol.readers_per_specimen = 2;
let signedIn = process.env.MOCK_SIGNED_IN !== "0";
const revealed = new Set();
const types = { ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const size = levels[0];

function page(response) {
  const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
  const entry = Object.values(manifest).find((chunk) => chunk.isEntry);
  const nonce = Math.random().toString(36).slice(2);
  const styles = (entry.css ?? []).map((file) => `<link rel="stylesheet" href="/static/app/${file}">`).join("");
  response.writeHead(200, {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
  });
  response.end(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="csp-nonce" content="${nonce}"><link rel="icon" href="/static/app/favicon.svg"><title>Duoscope</title>${styles}<script type="module" src="/static/app/${entry.file}"></script></head><body><div id="root"></div></body></html>`);
}

const listed = (results) => ({ count: results.length, next: null, previous: null, results });

/** Cells at random places, denser towards the middle; the same for every request. */
function allCells() {
  let seed = 7;
  const random = () => ((seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648);
  const list = [];
  const share = [0.118, 0.275, 0.596, 1];
  for (let i = 0; i < 7724; i += 1) {
    const pick = random();
    list.push({ x: random() * size.width_px, y: random() * size.height_px, cls: share.findIndex((edge) => pick < edge), r: 8 + random() * 8 });
  }
  return list;
}
const cells = allCells();

function cellBytes(query) {
  const [x, y, w, h] = ["x", "y", "width", "height"].map((name) => Number(query.get(name)));
  const found = cells.filter((c) => c.x >= x && c.x < x + w && c.y >= y && c.y < y + h).slice(0, Number(query.get("limit") ?? 20000));
  const n = found.length;
  const radiiAt = Math.ceil((12 + n * 18) / 4) * 4;
  const out = Buffer.alloc(radiiAt + n * 32);
  out.write("DCEL");
  out.writeUInt32LE(n, 4);
  out.writeUInt32LE(n, 8);
  found.forEach((c, i) => {
    out.writeFloatLE(c.x, 12 + 4 * i);
    out.writeFloatLE(c.y, 12 + 4 * (n + i));
    out.writeFloatLE([0.08, 0.24, 0.5, 0.9][c.cls], 12 + 4 * (2 * n + i));
    out.writeFloatLE(42, 12 + 4 * (3 * n + i));
    out.writeUInt8(c.cls, 12 + 16 * n + i);
    out.writeInt8(-1, 12 + 17 * n + i);
    for (let k = 0; k < 16; k += 1) out.writeUInt16LE(Math.round(8 * c.r * (1 + 0.15 * Math.sin(k + i))), radiiAt + 32 * i + 2 * k);
  });
  return out;
}

function densityBytes() {
  const bin = Math.max(size.width_px, size.height_px) / 64;
  const cols = Math.ceil(size.width_px / bin);
  const rows = Math.ceil(size.height_px / bin);
  const out = Buffer.alloc(24 + rows * cols * 16);
  out.write("DDEN");
  out.writeUInt32LE(rows, 4);
  out.writeUInt32LE(cols, 8);
  out.writeFloatLE(bin, 12);
  for (const c of cells) {
    const at = 24 + 16 * (Math.floor(c.y / bin) * cols + Math.floor(c.x / bin)) + 4 * c.cls;
    out.writeUInt32LE(out.readUInt32LE(at) + 1, at);
  }
  return out;
}

function api(method, path, query) {
  const part = path.split("/").filter(Boolean);
  if (!signedIn) return [401, { detail: "Sign in." }];
  if (path === "/api/me") return [200, data.me(role)];
  if (path === "/api/tokens") return method === "POST" ? [201, { ...data.tokens[0], id: "t2", name: "New", token: "dsk_4f1c_Zs8Qy2vK0fWmT1nR" }] : [200, listed(data.tokens)];
  if (path === "/api/users") return role === "system" ? [200, listed(data.people)] : [403, { detail: "Only system administrators see the list of people." }];
  if (path === "/api/model-cards") return [200, data.cards];
  if (path === "/api/studies") return [200, listed(studies.filter((s) => s.name.toLowerCase().includes((query.get("search") ?? "").toLowerCase())))];
  if (part[1] === "studies") {
    const study = studies.find((s) => s.id === part[2]);
    if (!study) return [404, { detail: "There is no such thing, or you may not know of it." }];
    if (!part[3]) return [200, study];
    if (part[3] === "cases") return [200, listed(study.id === "s1" ? data.cases.filter((c) => c.code.includes(query.get("search") ?? "")) : [])];
    if (part[3] === "members") return [200, listed(data.members)];
    if (part[3] === "inbox") return [200, listed(data.inbox)];
    if (part[3] === "slides") {
      if (method === "POST") return [202, data.slides[8]];
      const found = data.slides.filter((s) => (!query.get("marker") || s.marker === query.get("marker")) && (!query.get("state") || s.state === query.get("state")) && s.name.includes(query.get("search") ?? ""));
      return [200, listed(study.id === "s1" ? found : study.id === "s2" ? data.slides.slice(0, 3) : [])];
    }
  }
  if (part[1] === "cases") return [200, data.cases.find((c) => c.id === part[2]) ?? data.cases[0]];
  if (part[1] === "slides") {
    const slide = data.slides.find((s) => s.id === part[2]);
    if (!slide) return [404, { detail: "There is no such thing, or you may not know of it." }];
    if (part[3] === "fields-of-view") return [200, listed([{ id: "f1", name: "Hot spot", purpose: "analysis", x_px: 900, y_px: 700, width_px: 800, height_px: 600 }])];
    if (part[3] === "open") return [200, { ...slide, id: `p-${slide.id}`, slide: { id: slide.id, name: slide.name, marker: slide.marker }, width_px: size.width_px, height_px: size.height_px, rotation_deg: 0, flipped: false, levels, tile_url: "/tiles/{id}/{level}/{column}/{row}", fields_of_view: [] }];
    return [200, slide];
  }
  if (part[1] === "presentations") return [200, { valid_for_seconds: 60 }];
  if (part[1] === "runs") {
    if (method === "POST") return [201, data.runs[0]];
    if (part[2]) return [200, data.runs.find((r) => r.id === part[2]) ?? data.runs[0]];
    return [200, listed(data.runs.filter((r) => (!query.get("slide") || r.slide === query.get("slide")) && (!query.get("state") || r.state === query.get("state"))))];
  }
  if (part[1] === "results") {
    if (part[3] === "reveal") revealed.add(part[2]);
    if (!revealed.has(part[2])) return [404, { detail: "There is no such thing, or you may not know of it." }];
    if (part[3] === "cells") return [200, cellBytes(query)];
    if (part[3] === "density") return [200, densityBytes()];
    return [200, part[2] === "r2" ? data.notScoreable(part[2]) : data.result(part[2])];
  }
  return [404, { detail: "The mock server does not know this address." }];
}

function auth(method, path) {
  if (path.endsWith("/auth/login")) signedIn = true;
  if (path.endsWith("/auth/session") && method === "DELETE") signedIn = false;
  if (path.endsWith("/account/authenticators")) return [200, { data: [] }];
  if (path.endsWith("/totp")) return [404, { meta: { secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", totp_url: "otpauth://totp/x" } }];
  return signedIn ? [200, { status: 200, data: {} }] : [401, { status: 401, data: { flows: [{ id: "login" }] } }];
}

const file = (response, name, type) => {
  if (!existsSync(name)) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-store" });
  response.end(readFileSync(name));
};

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  const path = url.pathname;
  if (path.startsWith("/static/app/")) {
    const name = normalize(path.slice("/static/app/".length));
    file(response, join(dist, name.startsWith("..") ? "missing" : name), types[extname(name)] ?? "application/octet-stream");
    return;
  }
  if (path.endsWith("/thumbnail")) {
    file(response, join(tiles, "thumbnail.jpg"), "image/jpeg");
    return;
  }
  if (path.startsWith("/tiles/")) {
    const [, , , level, column, row] = path.split("/");
    file(response, join(tiles, level, `${column}_${row}.jpg`), "image/jpeg");
    return;
  }
  if (!path.startsWith("/api/") && !path.startsWith("/_allauth/")) {
    page(response);
    return;
  }
  const [status, body] = path.startsWith("/api/") ? api(request.method, path, url.searchParams) : auth(request.method, path);
  request.resume();
  const bytes = Buffer.isBuffer(body);
  response.writeHead(status, { "Content-Type": bytes ? "application/octet-stream" : "application/json" });
  response.end(bytes ? body : JSON.stringify(body));
});
// Live updates: the socket is accepted and then silent.
server.on("upgrade", (request, socket) => {
  const accept = createHash("sha1").update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
  socket.on("error", () => socket.destroy());
});
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${server.address().port}\n`));
