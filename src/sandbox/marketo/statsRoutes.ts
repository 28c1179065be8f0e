import { permission, route, type Route } from "./routing";

const WEEK = 7;

export const statsRoutes: Route[] = [
  route("GET /rest/v1/stats/usage.json", permission.anyone, "none", ({ limits }) => ({
    result: limits.usage(1),
  })),
  route("GET /rest/v1/stats/usage/last7days.json", permission.anyone, "none", ({ limits }) => ({
    result: limits.usage(WEEK),
  })),
  route("GET /rest/v1/stats/errors.json", permission.anyone, "none", ({ limits }) => ({
    result: limits.errors(1),
  })),
  route("GET /rest/v1/stats/errors/last7days.json", permission.anyone, "none", ({ limits }) => ({
    result: limits.errors(WEEK),
  })),
];
