import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { Assignment } from "../../src/api/reading-types";
import { CommandProvider } from "../../src/components/commands/CommandProvider";
import type { ReadingDesk } from "../../src/components/reading/reading-desk";
import { ReadPanel } from "../../src/pages/read/ReadPanel";
import { draftCopies } from "../../src/state/draft-copy";
import { EMPTY_FORM } from "../../src/state/reading-form";
import { type Asked, type Routes as Answers, serve, show } from "../render";
import { assignment, reading } from "../reading-fixtures";

const SIGN = "POST /api/assignments/a1/sign";
const DRAFT = "PUT /api/assignments/a1/draft";
const saved: Answers = { [DRAFT]: () => [200, { version: 2, saved_at: "2026-08-20T09:12:05Z" }] };

function open(more: Partial<Assignment> = {}, answers: Answers = {}) {
  const asked = serve({ ...saved, ...answers });
  const desk: ReadingDesk = {
    details: () => ({ magnification: 20, seconds_open: 12 }),
    leave: vi.fn(),
    next: vi.fn(),
    previous: vi.fn(),
    prepareNext: vi.fn(),
    onSigned: vi.fn(),
    showReference: vi.fn(),
    fit: vi.fn(),
  };
  show(
    <CommandProvider>
      <ReadPanel assignment={assignment(more)} person="ann" desk={desk} />
    </CommandProvider>,
  );
  return { asked, desk };
}

const press = (key: string, more: object = {}): boolean => fireEvent.keyDown(document.activeElement ?? document.body, { key, ...more });
const sign = (): boolean => press("Enter", { ctrlKey: true });
const type = (label: string, value: string): void => void fireEvent.change(screen.getByLabelText(label), { target: { value } });
const fill = (weak: string, moderate: string, strong: string): void => {
  type("weak", weak);
  type("moderate", moderate);
  type("strong", strong);
};
const sent = (asked: Asked[], method: string, end: string): Asked[] => asked.filter((call) => call.method === method && call.path.endsWith(end));

describe("the H-score form", () => {
  it("shows the rest as negative and the score while it is typed", () => {
    open();
    expect(screen.getByText("Your reading is independent")).toBeTruthy();
    fill("20", "35", "15");
    expect(screen.getByTestId("h-score").textContent).toBe("135");
    expect(screen.getByLabelText("Negative, the rest to 100 %").textContent).toBe("30");
    expect(screen.getByText("ER positive")).toBeTruthy();
  });

  it("marks at once what is over 100, and how much", () => {
    open();
    fill("50", "40", "10.25");
    expect(screen.getByRole("alert").textContent).toBe("0.25 % over 100");
    expect(screen.getByLabelText("weak").getAttribute("aria-invalid")).toBe("true");
    expect(screen.queryByTestId("h-score")).toBeNull();
  });

  it("refuses a comma with the way to write it", () => {
    open();
    type("weak", "50,5");
    expect(screen.getByRole("alert").textContent).toBe("Write a point, not a comma: 50.5");
  });

  it("takes digits typed anywhere, and W M S from one percentage to another", () => {
    open();
    press("2");
    // By the time of the next key, however soon: a second digit must not fall into the next empty field.
    expect(document.activeElement).toBe(screen.getByLabelText("weak"));
    expect((screen.getByLabelText("weak") as HTMLInputElement).value).toBe("2");
    press("s");
    expect(document.activeElement).toBe(screen.getByLabelText("strong"));
    act(() => (document.activeElement as HTMLElement).blur());
    press("m");
    expect(document.activeElement).toBe(screen.getByLabelText("moderate"));
  });
});

describe("signing", () => {
  it("sends the plain numbers with what goes with them, confirms in place, and goes on", async () => {
    const { asked, desk } = open({}, { [SIGN]: () => [201, reading()] });
    fill("20", "35", "15");
    sign();
    expect((await screen.findByTestId("signed")).textContent).toBe("Signed · H-score 135");
    expect(desk.prepareNext).toHaveBeenCalledTimes(1);
    await waitFor(() => expect(desk.onSigned).toHaveBeenCalledTimes(1));
    const [call] = sent(asked, "POST", "/sign");
    expect(call?.body).toEqual({
      scoreable: true,
      reason: "",
      inputs: { weak: "20", moderate: "35", strong: "15" },
      comment: "",
      details: { magnification: 20, seconds_open: 12 },
    });
    expect(call?.headers["Idempotency-Key"]).toMatch(/^[0-9a-f]{32}$/);
    expect(draftCopies.find("ann", "a1")).toBeNull();
  });

  it("does nothing twice", async () => {
    const { asked } = open({}, { [SIGN]: () => [201, reading()] });
    fill("20", "35", "15");
    sign();
    sign();
    await screen.findByTestId("signed");
    expect(sent(asked, "POST", "/sign").length).toBe(1);
  });

  it("asks for the password in place, once, and says when it was wrong", async () => {
    const { asked } = open({ needs_password: true }, {
      [SIGN]: (body) =>
        (body as { password?: string }).password === "right" ? [201, reading()] : [403, { code: "password_wrong", detail: "The password is not right. Nothing was signed." }],
    });
    fill("20", "35", "15");
    sign();
    const password = await screen.findByLabelText(/Your password/);
    expect(document.activeElement).toBe(password);
    expect(sent(asked, "POST", "/sign")).toEqual([]);
    fireEvent.change(password, { target: { value: "wrong" } });
    sign();
    expect(await screen.findByText(/The password is not right/)).toBeTruthy();
    fireEvent.change(screen.getByLabelText(/Your password/), { target: { value: "right" } });
    sign();
    await screen.findByTestId("signed");
    const keysUsed = sent(asked, "POST", "/sign").map((call) => call.headers["Idempotency-Key"]);
    expect(new Set(keysUsed).size).toBe(1);
  });

  it("stops at what is missing", () => {
    const { asked } = open();
    type("weak", "20");
    sign();
    expect(document.activeElement).toBe(screen.getByLabelText("moderate"));
    expect(screen.getAllByText("Needed; 0 where there is none.").length).toBe(2);
    expect(sent(asked, "POST", "/sign")).toEqual([]);
  });

  it("asks ER of 10 % or less for the internal control, by one key", async () => {
    const { asked } = open({}, { [SIGN]: () => [201, reading()] });
    fill("0", "0", "0");
    sign();
    expect(screen.getByText(/say how the internal control stained/)).toBeTruthy();
    act(() => (document.activeElement as HTMLElement).blur());
    press("i");
    sign();
    await screen.findByTestId("signed");
    expect(sent(asked, "POST", "/sign")[0]?.body).toMatchObject({ details: { internal_control: "present" } });
  });

  it("says what the server says of a field, and that it was signed elsewhere", async () => {
    open({}, { [SIGN]: () => [400, { detail: "weak is not acceptable.", fields: { weak: ["A number from 0 to 100."] } }] });
    fill("20", "35", "15");
    sign();
    expect(await screen.findByText("A number from 0 to 100.")).toBeTruthy();
    expect(screen.getByText("weak is not acceptable.")).toBeTruthy();
  });
});

describe("not scoreable", () => {
  it("is X, then the number of the reason", async () => {
    const { asked } = open({}, { [SIGN]: () => [201, reading({ scoreable: false, reason: "fold", inputs: {}, value: null, category: "" })] });
    press("x");
    press("2");
    expect(screen.getByRole("radio", { name: /tissue folded/ }).getAttribute("aria-checked")).toBe("true");
    sign();
    expect((await screen.findByTestId("signed")).textContent).toBe("Signed · not scoreable: tissue folded");
    expect(sent(asked, "POST", "/sign")[0]?.body).toMatchObject({ scoreable: false, reason: "fold", inputs: {} });
  });

  it("for another reason says it in the comment", () => {
    open();
    press("x");
    press("3");
    sign();
    expect(document.activeElement).toBe(screen.getByLabelText("Comment"));
  });
});

describe("the other schemes", () => {
  it("HER2 by category: a digit chooses it, and its sentence where there is one", async () => {
    const { asked } = open({ scheme: "her2-ihc", marker: "HER2" }, { [SIGN]: () => [201, reading({ scheme: "her2-ihc", value: null, category: "3+" })] });
    press("2");
    expect(screen.getAllByRole("radio").filter((radio) => (radio as HTMLInputElement).name !== "" && radio.closest("[data-input='sentence']")).length).toBe(2);
    sign();
    expect(screen.getByText("Choose the sentence that holds.")).toBeTruthy();
    press("3");
    sign();
    await screen.findByTestId("signed");
    expect(sent(asked, "POST", "/sign")[0]?.body).toMatchObject({ inputs: { category: "3+", sentence: "3+" } });
  });

  it("HER2 by percentages: the category follows", () => {
    open({ scheme: "her2-ihc", marker: "HER2", draft: { inputs: { by: "percentages", intense_complete: "10.01" } } });
    expect(screen.getByTestId("her2").textContent).toBe("3+");
    type("intense, complete", "10");
    expect(screen.getByTestId("her2").textContent).toBe("2+");
    expect(screen.getByText(/at most 10 %/)).toBeTruthy();
  });

  it("Ki-67: 1 counts a positive nucleus, 0 a negative one, Backspace takes the last back", () => {
    open({ scheme: "ki-67", marker: "Ki-67" });
    for (const digit of "10010") press(digit);
    expect(screen.getByTestId("ki-67").textContent).toBe("40.0 %");
    press("Backspace");
    expect(screen.getByTestId("ki-67").textContent).toBe("50.0 %");
    expect((screen.getByLabelText("Counted nuclei") as HTMLInputElement).value).toBe("4");
  });

  it("Allred: both parts and their sum", () => {
    open({ scheme: "allred", marker: "PR", draft: { inputs: { percent: "40", intensity: "2" } } });
    expect(screen.getByTestId("allred").textContent).toBe("4 + 2 = 6");
  });

  it("p53: a pattern may be named, and there is no category", () => {
    open({ marker: "p53" });
    fill("0", "0", "80");
    expect(screen.getByTestId("h-score").textContent).toBe("240");
    expect(screen.getByLabelText("p53 pattern")).toBeTruthy();
    expect(screen.queryByText(/p53 (positive|negative)/)).toBeNull();
  });
});

describe("a draft", () => {
  it("saves itself with the version it builds on, and says when", async () => {
    const { asked } = open({ version: 7 });
    type("weak", "20");
    expect(await screen.findByText(/saved 0 s ago/)).toBeTruthy();
    const [put] = sent(asked, "PUT", "/draft");
    expect(put?.headers["If-Match"]).toBe('"7"');
    expect(put?.body).toEqual({ draft: { ...EMPTY_FORM, inputs: { weak: "20" } } });
  });

  it("emptied again is no draft", async () => {
    const { asked } = open({ draft: { inputs: { weak: "20" } } });
    type("weak", "");
    await waitFor(() => expect(sent(asked, "PUT", "/draft")[0]?.body).toEqual({ draft: {} }));
  });

  it("that somebody else changed is compared, and nothing is overwritten unasked", async () => {
    let answers: [number, unknown][] = [[412, { code: "stale" }], [200, { version: 9, saved_at: "2026-08-20T09:12:05Z" }]];
    const { asked } = open({}, {
      [DRAFT]: () => answers.shift() ?? [500],
      "GET /api/assignments/a1": () => [200, assignment({ version: 8, draft: { inputs: { weak: "60" } } })],
    });
    type("weak", "20");
    expect(await screen.findByText("someone else changed this: compare")).toBeTruthy();
    const both = await screen.findByRole("region", { name: "Two versions of this form" });
    expect(both.textContent).toMatch(/weak 20.*weak 60/s);
    expect(sent(asked, "PUT", "/draft").length).toBe(1);
    fireEvent.click(within(both).getByRole("button", { name: "Keep this one" }));
    await waitFor(() => expect(sent(asked, "PUT", "/draft").at(-1)?.headers["If-Match"]).toBe('"8"'));
    expect(sent(asked, "PUT", "/draft").at(-1)?.body).toMatchObject({ draft: { inputs: { weak: "20" } } });
    answers = [];
  });

  it("is kept on this computer while the server is away, and comes back from there", async () => {
    open({}, { [DRAFT]: () => [503] });
    type("weak", "20");
    expect(await screen.findByText("offline, kept on this computer")).toBeTruthy();
    expect(draftCopies.find("ann", "a1")?.form.inputs).toEqual({ weak: "20" });
  });

  it("kept on this computer is taken up again where the server has nothing newer", () => {
    draftCopies.keep("ann", "a1", { version: 1, form: { ...EMPTY_FORM, inputs: { weak: "33" } }, at: "" });
    open();
    expect((screen.getByLabelText("weak") as HTMLInputElement).value).toBe("33");
  });

  it("kept on this computer is compared where somebody went on from there", async () => {
    draftCopies.keep("ann", "a1", { version: 1, form: { ...EMPTY_FORM, inputs: { weak: "33" } }, at: "" });
    const { asked } = open({ version: 4, draft: { inputs: { weak: "60" } } });
    expect(screen.getByRole("region", { name: "Two versions of this form" })).toBeTruthy();
    type("moderate", "1");
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(sent(asked, "PUT", "/draft")).toEqual([]);
  });
});

describe("after signing", () => {
  it("the reading stands as it is; a correction has a reason and stands beside it", async () => {
    const { asked } = open({ state: "signed", reading: reading() }, {
      "POST /api/readings/r1/amend": () => [201, {}],
      "GET /api/assignments/a1": () => [200, assignment({ state: "signed", reading: reading() })],
    });
    expect(screen.getByText("H-score 135")).toBeTruthy();
    expect(screen.queryByLabelText("weak")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Amend, with a reason" }));
    type("strong", "10");
    fireEvent.click(screen.getByRole("button", { name: /Sign the amendment/ }));
    expect(screen.getByText("Say why.")).toBeTruthy();
    fireEvent.change(screen.getByLabelText(/Why it is corrected/), { target: { value: "a slip" } });
    fireEvent.click(screen.getByRole("button", { name: /Sign the amendment/ }));
    await waitFor(() => expect(sent(asked, "POST", "/amend").length).toBe(1));
    expect(sent(asked, "POST", "/amend")[0]?.body).toEqual({
      scoreable: true, reason: "", inputs: { weak: "20", moderate: "35", strong: "10" }, comment: "", why: "a slip",
    });
  });

  it("sequential: the algorithm is shown when asked for, then a revised reading may be signed", async () => {
    const { asked } = open({ state: "signed", mode: "sequential", may_revise: true, reading: reading() }, {
      "POST /api/assignments/a1/algorithm/reveal": () => [
        200,
        { algorithms: [{ run: "x", name: "RAM-CNN", version: "1.2", preset: "default", value: "141.0000", category: "positive", scoreable: true, reason: "", percentages: null }] },
      ],
      "GET /api/assignments/a1": () => [200, assignment({ state: "signed", mode: "sequential", may_revise: true, reading: reading() })],
      "POST /api/assignments/a1/revise": () => [201, reading({ stage: "revised", value: "140.0000" })],
    });
    expect(screen.queryByText(/RAM-CNN/)).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Show the algorithm’s result" }));
    expect(await screen.findByText(/RAM-CNN 1.2/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Revise my reading" }));
    expect(screen.getByText("Yours was H-score 135")).toBeTruthy();
    type("strong", "17");
    sign();
    expect((await screen.findByTestId("signed")).textContent).toBe("Signed · H-score 140");
    expect(sent(asked, "POST", "/revise")[0]?.body).toMatchObject({ inputs: { strong: "17" } });
    expect(sent(asked, "PUT", "/draft")).toEqual([]);
  });

  it("a reading that is not to be seen for now is not explained", () => {
    open({ state: "signed", reading: null });
    expect(screen.getByText("You have signed this reading. It is not shown at present.")).toBeTruthy();
  });
});

it("defers by D, and goes on", async () => {
  const { desk, asked } = open({}, {
    "POST /api/assignments/a1/defer": () => [200, { id: "a1", state: "deferred" }],
    "GET /api/assignments/a1": () => [200, assignment({ state: "deferred" })],
  });
  press("d");
  await waitFor(() => expect(desk.next).toHaveBeenCalledTimes(1));
  expect(sent(asked, "POST", "/defer").length).toBe(1);
});

it("asks the technicians, with a note", async () => {
  const { desk, asked } = open({}, { "POST /api/assignments/a1/requests": () => [201, {}] });
  fireEvent.click(screen.getByRole("button", { name: "Ask the technicians" }));
  fireEvent.click(await screen.findByText("Ask for a recut"));
  fireEvent.change(await screen.findByLabelText("For the technicians"), { target: { value: "torn" } });
  fireEvent.click(screen.getByRole("button", { name: "Send" }));
  await waitFor(() => expect(desk.next).toHaveBeenCalledTimes(1));
  expect(sent(asked, "POST", "/requests")[0]?.body).toEqual({ kind: "recut", note: "torn" });
});
