/** A message above a page's content. Its kind is drawn and written, never colour alone. */
import type { Child, FC } from "@hono/hono/jsx";

/** `role` is the live-region role, where the message is news on this page. */
export interface BannerProps {
  kind: "error" | "success";
  title: string;
  children?: Child;
}

const ICONS: Record<BannerProps["kind"], string> = {
  error: "M12 7v6M12 16.5v.5",
  success: "M7.5 12.5l3 3 6-6.5",
};

export const Banner: FC<BannerProps> = ({ kind, title, children }) => (
  <div class={`banner banner-${kind}`} role={kind === "error" ? "alert" : "status"}>
    <svg class="banner-icon" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" fill="none" stroke="currentColor" stroke-width="2" />
      <path d={ICONS[kind]} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" />
    </svg>
    <div class="banner-body">
      <p class="banner-title">{title}</p>
      {children}
    </div>
  </div>
);
