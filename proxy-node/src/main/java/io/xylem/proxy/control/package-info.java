/** What the proxy is told and what it tells: routes in, attach requests in, worker status out. */
@NullMarked
package io.xylem.proxy.control;

import org.jspecify.annotations.NullMarked;
