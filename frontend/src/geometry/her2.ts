/** HER2 categories in the colours that they have everywhere. */
export const HER2_CATEGORIES = [
  { category: "0", colour: "#8D99AE" },
  { category: "1+", colour: "#F4D35E" },
  { category: "2+", colour: "#EE964B" },
  { category: "3+", colour: "#C1121F" },
] as const;
