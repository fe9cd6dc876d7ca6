// All endpoints in one table.
import { accountEndpoints } from "./account.ts";
import { appEndpoints } from "./app.ts";
import { checkRunEndpoints } from "./check-runs.ts";
import { commentEndpoints } from "./comments.ts";
import { contentEndpoints } from "./contents.ts";
import type { Endpoints } from "./endpoint.ts";
import { gitDataEndpoints } from "./git-data.ts";
import { gitRefEndpoints } from "./git-refs.ts";
import { issueEndpoints } from "./issues.ts";
import { labelEndpoints } from "./labels.ts";
import { pullEndpoints } from "./pulls.ts";
import { reactionEndpoints } from "./reactions.ts";
import { repositoryEndpoints } from "./repositories.ts";
import { reviewCommentEndpoints } from "./review-comments.ts";
import { reviewEndpoints } from "./reviews.ts";

export const endpoints: Endpoints = {
  ...accountEndpoints,
  ...appEndpoints,
  ...checkRunEndpoints,
  ...commentEndpoints,
  ...contentEndpoints,
  ...gitDataEndpoints,
  ...gitRefEndpoints,
  ...issueEndpoints,
  ...labelEndpoints,
  ...pullEndpoints,
  ...reactionEndpoints,
  ...repositoryEndpoints,
  ...reviewCommentEndpoints,
  ...reviewEndpoints,
};
