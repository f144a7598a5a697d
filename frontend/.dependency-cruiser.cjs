/* Who may import whom (the table of the architecture). A folder may always import itself. */
const may = {
  geometry: [],
  api: [],
  state: ["geometry"],
  viewer: ["geometry"],
  layers: ["geometry", "state", "viewer"],
  tools: ["geometry", "state", "viewer"],
  commands: ["geometry", "state", "viewer", "layers", "tools"],
};
const shown = ["api", "commands", "geometry", "state"];

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-orphan-imports", severity: "error", from: {}, to: { couldNotResolve: true } },
    {
      name: "only-the-viewer-knows-openlayers",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/viewer/" },
      to: { path: "node_modules/ol/" },
    },
    ...Object.keys(may).map((folder) => ({
      name: `${folder}-stays-in-its-layer`,
      severity: "error",
      from: { path: `^src/${folder}/`, pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/", pathNot: `^src/(${[folder, ...may[folder]].join("|")})/` },
    })),
    {
      name: "components-stay-in-their-layer",
      severity: "error",
      from: { path: "^src/components/", pathNot: "^src/components/viewer/|\\.test\\.tsx?$" },
      to: { path: "^src/", pathNot: `^src/(components|${shown.join("|")})/` },
    },
    {
      name: "viewer-components-stay-in-their-layer",
      severity: "error",
      from: { path: "^src/components/viewer/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^src/", pathNot: `^src/(components|${shown.join("|")}|viewer|layers|tools)/` },
    },
    {
      name: "nothing-imports-pages",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/(pages/|App\\.tsx$|main\\.tsx$)" },
      to: { path: "^src/(pages/|App\\.tsx$|main\\.tsx$)" },
    },
    {
      name: "the-shipped-page-knows-no-tests",
      severity: "error",
      from: { path: "^src/", pathNot: "\\.test\\.tsx?$" },
      to: { path: "^(tests|scripts)/" },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    // node_modules may be a link to a folder shared by several working trees.
    preserveSymlinks: false,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "browser", "default", "types"] },
  },
};
