/** What every Xylem process has: settings, an HTTP endpoint for its operators, metrics, an orderly start and end. */
@NullMarked
package io.xylem.runtime;

import org.jspecify.annotations.NullMarked;
