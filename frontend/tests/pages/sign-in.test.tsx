import { fireEvent, screen, waitFor } from "@testing-library/react";
import { Route, Routes, useLocation } from "react-router";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/api/client";
import { safeNext, SignInPage, signInProblem } from "../../src/pages/sign-in/SignInPage";
import { type Asked, type Routes as Answers, serve, show } from "../render";

const SESSION = "GET /_allauth/browser/v1/auth/session";
const LOGIN = "POST /_allauth/browser/v1/auth/login";
const MFA = "POST /_allauth/browser/v1/auth/2fa/authenticate";
const signedOut = { status: 401, data: { flows: [{ id: "login" }] } };
const wantsCode = { status: 401, data: { flows: [{ id: "login" }, { id: "mfa_authenticate", is_pending: true, types: ["totp"] }] } };

function Arrived() {
  const { pathname, search } = useLocation();
  return <p>arrived at {pathname + search}</p>;
}

function open(answers: Answers, at = "/sign-in"): Asked[] {
  const asked = serve({ [SESSION]: () => [401, signedOut], ...answers });
  show(
    <Routes>
      <Route path="/sign-in" element={<SignInPage />} />
      <Route path="*" element={<Arrived />} />
    </Routes>,
    at,
  );
  return asked;
}

function fill(): void {
  fireEvent.change(screen.getByLabelText("User name"), { target: { value: " tess " } });
  fireEvent.change(screen.getByLabelText("Password"), { target: { value: "a long password" } });
  fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
}

describe("signing in", () => {
  it("goes back to where one was", async () => {
    const asked = open({ [LOGIN]: () => [200, { status: 200 }] }, "/sign-in?next=%2Fslides%2F7%3Fx%3D1");
    fill();
    expect(await screen.findByText("arrived at /slides/7?x=1")).toBeTruthy();
    expect(asked.find((call) => call.method === "POST")?.body).toEqual({ username: "tess", password: "a long password" });
  });

  it("asks for the second step and sends the code", async () => {
    const asked = open({ [LOGIN]: () => [401, wantsCode], [MFA]: () => [200, { status: 200 }] });
    fill();
    expect(await screen.findByText("Your second step")).toBeTruthy();
    "123456".split("").forEach((digit, index) => {
      fireEvent.change(screen.getByLabelText(`Digit ${index + 1}`), { target: { value: digit } });
    });
    expect(await screen.findByText("arrived at /")).toBeTruthy();
    expect(asked.at(-1)?.body).toEqual({ code: "123456" });
  });

  it("takes a recovery code in place of the app's", async () => {
    const asked = open({ [LOGIN]: () => [401, wantsCode], [MFA]: () => [200, { status: 200 }] });
    fill();
    fireEvent.change(await screen.findByLabelText("Recovery code"), { target: { value: "a1b2c3d4" } });
    fireEvent.click(screen.getByRole("button", { name: "Continue" }));
    expect(await screen.findByText("arrived at /")).toBeTruthy();
    expect(asked.at(-1)?.body).toEqual({ code: "a1b2c3d4" });
  });

  it("says that the code does not fit, and stays at the second step", async () => {
    open({ [LOGIN]: () => [401, wantsCode], [MFA]: () => [400, { errors: [{ code: "incorrect_code", message: "Incorrect code." }] }] });
    fill();
    fireEvent.change(await screen.findByLabelText("Recovery code"), { target: { value: "00000000" } });
    fireEvent.click(screen.getByRole("button", { name: "Continue" }));
    expect((await screen.findByRole("alert")).textContent).toMatch(/does not fit/);
    expect(screen.getByText("Your second step")).toBeTruthy();
  });

  it("says what is wrong without saying which of the two", async () => {
    open({ [LOGIN]: () => [400, { errors: [{ code: "username_password_mismatch", message: "x" }] }] });
    fill();
    expect((await screen.findByRole("alert")).textContent).toMatch(/do not belong together/);
  });

  it("asks for the server's cookie and sends again where the form was quicker than it", async () => {
    let sent = 0;
    const asked = open({ [LOGIN]: () => (++sent === 1 ? [403, null] : [200, { status: 200 }]) });
    fill();
    expect(await screen.findByText("arrived at /")).toBeTruthy();
    expect(asked.slice(-3).map((call) => call.method)).toEqual(["POST", "GET", "POST"]);
  });

  it("does not send a third time", async () => {
    const asked = open({ [LOGIN]: () => [403, null] });
    fill();
    expect((await screen.findByRole("alert")).textContent).toMatch(/keeps no cookies/);
    expect(asked.filter((call) => call.method === "POST")).toHaveLength(2);
  });

  it("goes on at once where somebody is signed in", async () => {
    open({ [SESSION]: () => [200, { status: 200 }] });
    await waitFor(() => expect(screen.getByText("arrived at /")).toBeTruthy());
  });
});

describe("words and ways", () => {
  it.each([
    [new ApiError(429, "x"), /locked for a while/],
    [new ApiError(403, "x"), /keeps no cookies/],
    [new ApiError(400, "x", "too_many_login_attempts"), /locked for a while/],
    [new ApiError(0, "x"), /did not answer/],
    [new ApiError(500, "x"), /not the cause/],
  ])("%s", (error, words) => expect(signInProblem(error, "credentials")).toMatch(words));

  it.each([
    ["/cases/1", "/cases/1"],
    [null, "/"],
    ["https://elsewhere.example", "/"],
    ["//elsewhere.example", "/"],
    ["/\\elsewhere.example", "/"],
    ["/sign-in?next=/sign-in", "/"],
  ])("%s leads to %s", (next, expected) => expect(safeNext(next)).toBe(expected));
});
