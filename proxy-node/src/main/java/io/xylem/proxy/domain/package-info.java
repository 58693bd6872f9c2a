/** Pure decisions on routes, flows and packets. No IO, no clock, no randomness. */
@NullMarked
package io.xylem.proxy.domain;

import org.jspecify.annotations.NullMarked;
