import { useEffect, useRef, useState } from "react";
import { ApiError } from "../../api/client";

export const CONFIRM_MS = 400;

export interface Signing {
  /** The password is wanted before it can be signed. */
  asking: boolean;
  password: string;
  setPassword: (text: string) => void;
  passwordProblem: string;
  problem: string;
  isPending: boolean;
  /** What was signed, in words, while it is confirmed. */
  confirmed: string | null;
  submit: () => void;
}

export interface SigningOptions<Signed> {
  needsPassword: boolean;
  /** Null where the form is not ready; it has said why. */
  prepare: () => object | null;
  send: (body: object & { password?: string }) => Promise<Signed>;
  /** The confirmation's words. */
  words: (signed: Signed) => string;
  /** At once: what follows can be got ready while the confirmation stands. */
  onSigned?: (signed: Signed) => void;
  /** After the confirmation. */
  onDone: (signed: Signed) => void;
  /** What the server says of the fields, and that nothing was signed. */
  onRefused?: (error: ApiError) => void;
  confirmMs?: number;
}

/** One signature at a time, with the password where the session has not given it yet. */
export function useSigning<Signed>(options: SigningOptions<Signed>): Signing {
  const [asking, setAsking] = useState(false);
  const [needs, setNeeds] = useState(options.needsPassword);
  const [password, setPassword] = useState("");
  const [passwordProblem, setPasswordProblem] = useState("");
  const [problem, setProblem] = useState("");
  const [isPending, setPending] = useState(false);
  const [confirmed, setConfirmed] = useState<string | null>(null);
  const busy = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const refused = (error: unknown): void => {
    if (!(error instanceof ApiError)) {
      setProblem("This page went wrong. Nothing was signed; try again.");
      return;
    }
    if (error.code === "password_needed" || error.code === "password_wrong") {
      setNeeds(true);
      setAsking(true);
      setPassword("");
      setPasswordProblem(error.code === "password_wrong" ? error.detail : "");
      return;
    }
    setProblem(error.status === 0 ? "The server did not answer. Sign again: a repeated signature is the same one." : error.detail);
    options.onRefused?.(error);
  };

  const submit = (): void => {
    if (busy.current) return;
    setProblem("");
    const body = options.prepare();
    if (body === null) return;
    if (needs && password === "") {
      setAsking(true);
      setPasswordProblem(asking ? "Type your password to sign." : "");
      return;
    }
    busy.current = true;
    setPending(true);
    options.send(needs ? { ...body, password } : body).then(
      (signed) => {
        setPending(false);
        setPassword("");
        setConfirmed(options.words(signed));
        options.onSigned?.(signed);
        timer.current = setTimeout(() => {
          busy.current = false;
          setConfirmed(null);
          options.onDone(signed);
        }, options.confirmMs ?? CONFIRM_MS);
      },
      (error: unknown) => {
        busy.current = false;
        setPending(false);
        refused(error);
      },
    );
  };
  return { asking, password, setPassword, passwordProblem, problem, isPending, confirmed, submit };
}
