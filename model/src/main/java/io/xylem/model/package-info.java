/** The words of the domain. Immutable values of the JDK only; no module below this one. */
@NullMarked
package io.xylem.model;

import org.jspecify.annotations.NullMarked;
