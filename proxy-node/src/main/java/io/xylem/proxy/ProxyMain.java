package io.xylem.proxy;

import io.xylem.runtime.Main;

/** The proxy of one worker as a process. */
public final class ProxyMain {
    private ProxyMain() {}

    public static void main(String[] args) {
        Main.run("proxy-node", ProxySettings.definition(), args, ProxyNode::start);
    }
}
