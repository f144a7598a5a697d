// Runs dependency-cruiser over src/ and fails on a broken rule, and also when it saw too little: with a TypeScript it
// does not know it cruises 0 modules and says that all is well.
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

const require = createRequire(import.meta.url);
const rules = require("../.dependency-cruiser.cjs");

const sources = readdirSync("src", { recursive: true, withFileTypes: true }).filter(
  (entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith(".d.ts"),
).length;

const options = await extractOptions(join(process.cwd(), ".dependency-cruiser.cjs"));
const { output } = await cruise(
  ["src"],
  { ...options, ruleSet: rules, validate: true, outputType: "json" },
  undefined,
  { tsConfig: extractTsConfig("tsconfig.json") },
);
const report = JSON.parse(output);
const cruised = report.modules.filter((module) => module.source.startsWith("src/")).length;
const violations = report.summary.violations.filter((violation) => violation.rule.severity === "error");

for (const violation of violations) {
  process.stderr.write(`${violation.rule.name}: ${violation.from} → ${violation.to}\n`);
}
if (sources === 0 || cruised < sources) {
  process.stderr.write(`dependency-cruiser saw ${cruised} of ${sources} modules: check its version against TypeScript's.\n`);
  process.exit(1);
}
process.stdout.write(`layers: ${cruised} modules, ${violations.length} violations\n`);
process.exit(violations.length === 0 ? 0 : 1);
