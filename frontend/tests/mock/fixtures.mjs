// Data of the mock server. Shapes as in the HTTP contract; nothing of this is in the shipped page.
export const me = (role) => ({
  id: "00000000-0000-4000-8000-000000000001",
  username: role === "reader" ? "reader.a" : "tess",
  display_name: role === "reader" ? "Dr Ana Reyes" : "Tess Moreau",
  is_system_administrator: role === "system",
  mfa_enabled: false,
  csrf_token: "mock",
});

const protocol = (readers) => ({
  version: 2,
  readers_per_specimen: readers,
  mode: "independent",
  reveal_to_readers: "after_all_readings",
  marker_schemes: { ER: "h-score", PR: "h-score" },
  algorithms: ["nnp@1", "nap@1"],
  frozen: readers > 0,
});

export const studies = (roles) => [
  { id: "s1", name: "ER and PR, demonstration", description: "Real ER and PR tissue from EndoNuke (CC BY 4.0), composed into a tile sheet, and single fields of view.", my_roles: roles, case_count: 12, slide_count: 9, protocol: protocol(0) },
  { id: "s2", name: "Inter-observer agreement 2026", description: "Two readers per specimen; the algorithm stays hidden until both readings are in.", my_roles: ["pathologist"], case_count: 240, slide_count: 480, protocol: protocol(2) },
  { id: "s3", name: "Ki-67 pilot", description: "", my_roles: ["administrator"], case_count: 0, slide_count: 0, protocol: { ...protocol(2), marker_schemes: { "Ki-67": "ki-67" }, frozen: false } },
];

const slide = (n, change = {}) => ({
  id: `sl${n}`, study: "s1", name: `ER sheet ${n}`, marker: n % 3 === 0 ? "PR" : "ER", state: "ready", version: 1,
  refusal: "", original_name: `endonuke_${n}.tif`, sha256: "9f2c".repeat(16), width_px: 12480, height_px: 9984,
  um_per_px: "0.290000", um_per_px_source: "technician", needs_um_per_px: false, objective_power: "40.00", format: "generic-tiff",
  staining_batch: null, has_thumbnail: true, created_at: "2026-08-18T09:12:05Z",
  specimens: [{ id: `sp${n}`, kind: "whole_section", case: { id: `c${n}`, code: String(216 + n).padStart(4, "0") }, row: null, column: null, center_x_px: null, center_y_px: null, radius_px: null, is_missing: false }],
  ...change,
});

export const slides = [
  slide(1), slide(2), slide(3, { um_per_px: "0.252000", um_per_px_source: "file" }), slide(4),
  slide(5, { um_per_px: null, um_per_px_source: "unknown", needs_um_per_px: true }),
  slide(6, { state: "ingesting", has_thumbnail: false, width_px: 0, height_px: 0, um_per_px: null }),
  slide(7, { state: "refused", has_thumbnail: false, width_px: 0, height_px: 0, um_per_px: null, refusal: "The file ends in the middle of a tile: it was probably not copied completely. Copy it again and try once more." }),
  slide(8), slide(9, { state: "registered", has_thumbnail: false, width_px: 0, height_px: 0, um_per_px: null }),
];

export const cases = slides.map((item, index) => ({
  id: `c${index + 1}`, study: "s1", code: item.specimens[0].case.code,
  specimens: [item, slides[(index + 2) % 4], ...(index === 0 ? [slides[2], slides[3]] : [])].map((s, i) => ({
    id: `${s.specimens[0].id}${i}`, kind: "whole_section", row: null, column: null,
    slide: { id: s.id, name: s.name, marker: s.marker, state: s.state, has_thumbnail: s.has_thumbnail },
  })),
}));

export const cards = [
  { key: "nap", version: "1", name: "Nuclear area percentages", scheme: "h-score", markers: ["ER", "PR", "p53"], summary: "H-score from the share of nuclear area in each stain class.", presets: ["paper", "default", "cpu"], parameters: [], weights_sha256: null, min_um_per_px: 0.1, max_um_per_px: 1, paper: "Liu et al. 2019", limits: ["Counts every nucleus: tumour and stroma are not told apart."], research_use: "Research use only: not for diagnosis." },
  { key: "nnp", version: "1", name: "Nuclei number percentages", scheme: "h-score", markers: ["ER", "PR", "p53"], summary: "Every nucleus found by a seeded watershed, classed by its mean DAB; H-score from the share of nuclei.", presets: ["paper", "default", "cpu"], parameters: [{ name: "marker", type: "choice", choices: ["unknown", "ER", "PR", "p53"], default: "unknown", description: "Antibody" }], weights_sha256: null, min_um_per_px: 0.1, max_um_per_px: 1, paper: "Liu et al. 2019, equation 4", limits: ["Counts every nucleus: tumour and stroma are not told apart."], research_use: "Research use only: not for diagnosis." },
];

const run = (id, change) => ({
  id, study: "s1", specimen: "sp1", slide: "sl1", field_of_view: null, batch: null, algorithm: "nnp", algorithm_version: "1",
  preset: "default", parameters: {}, state: "done", attempt: 1, progress_done: 48, progress_total: 48, phase: "writing", error: "",
  requested_by: null, created_at: new Date(Date.now() - 4 * 60_000).toISOString(), started_at: null, finished_at: null, has_result: true, ...change,
});
export const runs = [
  run("r3", { state: "running", progress_done: 17, phase: "scoring", has_result: false, algorithm: "nap", created_at: new Date(Date.now() - 20_000).toISOString() }),
  run("r1", {}),
  run("r4", { state: "failed", has_result: false, error: "The worker ran out of memory while reading the slide.", created_at: "2026-08-20T11:00:00Z" }),
  run("r5", { state: "cancelled", has_result: false, created_at: "2026-08-19T11:00:00Z" }),
  run("r2", { specimen: "sp2", slide: "sl2", created_at: "2026-08-18T11:00:00Z" }),
];

export const result = (id) => ({
  run: id, scheme: "h-score", value: 213.4, category: "positive", scoreable: true, reason: "",
  counts: { negative: 914, weak: 1210, moderate: 2480, strong: 3120 },
  percentages: { negative: 11.8, weak: 15.7, moderate: 32.1, strong: 40.4 },
  cell_count: 7724, seconds: 3.42, bounds: { x: 0, y: 0, width: 12480, height: 9984 },
  provenance: {
    algorithm: "nnp", method: "nnp", version: "1", preset: "default", weights_sha256: null, um_per_px: 0.29, um_per_px_source: "technician",
    rule: "ER ≥ 1 % is positive: 88.2 % of the nuclei are positive.", limits: ["Counts every nucleus: tumour and stroma are not told apart."],
    parameters: { class_rule: "duoscope-1", weak_od: 0.15, moderate_od: 0.35, strong_od: 0.65 }, qc: { dab_nuclear_correlation: 0.61 },
    input_sha256: "9f2c".repeat(16), software: "duoscope", software_version: "0.1.0", device: "cpu", started_at: "2026-08-20T09:12:05Z", finished_at: "2026-08-20T09:12:09Z",
  },
});

export const notScoreable = (id) => ({
  ...result(id), value: null, category: "", scoreable: false, percentages: null,
  reason: "No scoreable tumour nuclei: the brown stain of this field lies outside the nuclei (correlation with haematoxylin −0.20).",
});

export const members = [
  { id: "m1", user: { id: "u1", username: "tess", display_name: "Tess Moreau" }, role: "technician" },
  { id: "m2", user: { id: "u1", username: "tess", display_name: "Tess Moreau" }, role: "administrator" },
  { id: "m3", user: { id: "u2", username: "reader.a", display_name: "Dr Ana Reyes" }, role: "pathologist" },
  { id: "m4", user: { id: "u3", username: "reader.b", display_name: "Dr Bo Lindqvist" }, role: "pathologist" },
];
export const people = members.slice(1).map((member, i) => ({ ...member.user, is_active: i !== 2, is_system_administrator: i === 0, last_login: i === 1 ? null : new Date(Date.now() - i * 9e6 - 5e5).toISOString() }));
export const tokens = [{ id: "t1", name: "Nightly export", prefix: "dsk_4f1c", created_at: "2026-08-01T08:00:00Z", expires_at: "2026-11-30T08:00:00Z", last_used_at: new Date(Date.now() - 7e6).toISOString() }];
export const inbox = [{ name: "CMU-1-Small-Region.svs", size_bytes: 1938955, is_folder: false }, { name: "mirax-17", size_bytes: 2.1e9, is_folder: true }];
