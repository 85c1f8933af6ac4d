/**
 * Ways for an answer to get lost after the authority has committed, between two functions, where it can be said exactly
 * what happens to which request. Between two sockets, where it happens as it does in life: chaos_proxy.ts.
 *
 * @module
 */
import { AppError } from "../../src/errors.ts";
import type { HttpAnswer, HttpRequest, SendHttp } from "../../src/network/http.ts";
import { pick } from "./random.ts";

/** What may happen to an answer. */
const FAULTS = ["dropped", "cut", "repeated", "doubled"] as const;
export type Fault = (typeof FAULTS)[number];

export interface ChaosOptions {
  /** 0 to 1; see `seededRandom()`. */
  random: () => number;
  /** Which share of the answers something happens to. */
  share: number;
  /** Told what happens to which request. */
  onFault: (fault: Fault, request: HttpRequest) => void;
}

/**
 * A bad way to the authority.
 *
 * - dropped: the authority has answered, the app hears of a broken connection
 * - cut: the answer ends somewhere in the middle, and is none
 * - repeated: the request arrives twice, the app gets the second answer
 * - doubled: the request arrives twice at once, the app gets either answer
 */
export function loseAnswers(send: SendHttp, { random, share, onFault }: ChaosOptions): SendHttp {
  return async (request) => {
    if (random() >= share) return await send(request);
    const fault = pick(random, FAULTS);
    const coin = random();
    onFault(fault, request);
    const [answer, other] = fault === "doubled"
      ? await Promise.all([send(request), send(request)])
      : [await send(request), undefined];
    switch (fault) {
      case "dropped":
        throw new AppError("authority/busy", {}, { cause: new Error("the answer got lost") });
      case "cut":
        return cut(answer, coin);
      case "repeated":
        return await send(request);
      case "doubled":
        return coin < 0.5 ? answer : other ?? answer;
    }
  };
}

function cut(answer: HttpAnswer, where: number): HttpAnswer {
  return { ...answer, body: answer.body.slice(0, Math.floor(where * answer.body.length)) };
}
